"""Somebody to call the API: a client with a key, speaking JSON."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.test import Client

from retail_platform.kernel.identity import services

EVERYTHING = ("storefront.read", "storefront.orders", "operations.read", "system.read", "process.read", "process.write")


def a_key(*, name: str = "shop", scopes: Iterable[str] = EVERYTHING, **limits: Any) -> str:
    """A fresh key of a client of this name."""
    return services.make_key(client=services.ensure_client(name=name, scopes=list(scopes), **limits))


class Caller:
    """An HTTP client that answers with what came back, errors included."""

    def __init__(self, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = Client(raise_request_exception=False, headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        """GET a path; headers by name with underscores."""
        return self.http.get(path, headers=_named(headers))

    def post(self, path: str, body: Any, *, key: str | None = "", **headers: str) -> Any:
        """POST a value as JSON, or bytes as they are; a fresh Idempotency-Key unless one (or None) is given."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = _named(headers)
        if key is not None:
            named["Idempotency-Key"] = key or uuid.uuid4().hex
        return self.http.post(path, raw, content_type=named.pop("Content-Type", "application/json"), headers=named)

    def put(self, path: str, body: Any) -> Any:
        """PUT a value as JSON."""
        return self.http.put(path, json.dumps(body).encode(), content_type="application/json")

    def delete(self, path: str) -> Any:
        """DELETE a path."""
        return self.http.delete(path)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def problem(response: Any) -> dict[str, Any]:
    """The problem document of an answer, which must be one."""
    assert response["Content-Type"] == "application/problem+json", response.content[:200]
    document: dict[str, Any] = json.loads(response.content)
    assert document["status"] == response.status_code
    return document
