"""Post a webhook as Shopify does, and say how the same is done by hand."""

import shlex
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from system_apis.inbox.signatures import base64_hmac

TIMEOUT_S = 15
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery, ready to be sent: exactly these bytes, under exactly these headers."""

    url: str
    raw: bytes
    headers: Mapping[str, str]

    def curl(self, file: Path) -> str:
        """The same delivery for a shell; `file` holds the body, to the byte."""
        headers = [f"  -H {shlex.quote(f'{name}: {value}')}" for name, value in self.headers.items()]
        return " \\\n".join(["curl -i", *headers, f"  --data-binary @{shlex.quote(str(file))}", f"  {self.url}"])

    def send(self, *, times: int = 1) -> list[dict[str, Any]]:
        """Deliver it so many times, at once. Each answer is {status, body}; status 0 where nobody answered."""
        with ThreadPoolExecutor(min(times, AT_ONCE)) as senders:
            return list(senders.map(lambda _: self._send(), range(times)))

    def _send(self) -> dict[str, Any]:
        try:
            answer = requests.post(self.url, data=self.raw, headers=dict(self.headers), timeout=TIMEOUT_S)
        except requests.RequestException as failure:
            return {"status": 0, "body": f"{type(failure).__name__}: is the platform running? manage.py status"}
        try:
            return {"status": answer.status_code, "body": answer.json()}
        except ValueError:
            return {"status": answer.status_code, "body": answer.text[:1000]}


def shopify(*, url: str, raw: bytes, secret: str, event_id: str, topic: str) -> Webhook:
    """A delivery signed as Shopify signs: base64 HMAC-SHA256 of the raw body."""
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Event-Id": event_id,
        "X-Shopify-Hmac-Sha256": base64_hmac(secret, raw),
    }
    return Webhook(url, raw, headers)
