"""A request as a system of the pretend world sees it, and what it may answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `named` are the parts of the path that a route gives a name to."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    raw: bytes
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def correlation_id(self) -> str:
        return self.headers.get("x-correlation-id", "")

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. Raises Refusal when it is something else."""
        try:
            found = json.loads(self.raw or b"{}")
        except ValueError as broken:
            raise Refusal(400, {"error": {"code": "malformed_json", "message": str(broken)}}) from broken
        if not isinstance(found, dict):
            raise Refusal(400, {"error": {"code": "malformed_json", "message": "send one JSON object"}})
        return found


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return json.dumps(self.body, separators=(",", ":")).encode()


class Refusal(Exception):
    """A system says no, in its own words."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.reply = Reply(status, body)


def need(body: Mapping[str, Any], name: str, kind: type | tuple[type, ...], refuse: Callable[[str], Refusal]) -> Any:
    """A field that must be there and be of that kind; booleans are no numbers."""
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool) or value in ("", []):
        raise refuse(name)
    return value
