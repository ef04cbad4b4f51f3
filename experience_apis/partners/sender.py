"""One call to a partner's address: signed (Standard Webhooks 1.0), short, to public addresses only, never redirected.

Whoever names the address must not make us call what only we can reach: requests-hardened looks at what the name
resolves to and connects to exactly that. The answer's body is of no use to us and is hardly read.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import requests.exceptions
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from standardwebhooks import Webhook

_CONNECT_S, _READ_AT_MOST = 2.0, 2048


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a call: the status (0 where none came), what went wrong in our words, and how long it took."""

    status: int
    error: str
    took_ms: int

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The partner says: never again."""
        return self.status == 410


def headers_of(*, webhook_id: UUID, body: str, secrets: list[str], at: datetime) -> dict[str, str]:
    """The three headers; one signature for each secret, so that a partner can change to a new one at leisure."""
    signatures = [Webhook(secret).sign(msg_id=str(webhook_id), timestamp=at, data=body) for secret in secrets]
    return {
        "webhook-id": str(webhook_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send(*, url: str, webhook_id: UUID, body: str, secrets: list[str], correlation_id: str, at: datetime) -> Told:
    """Call once. Raises nothing that a partner can cause."""
    headers = {
        "Content-Type": "application/cloudevents+json",
        "X-Correlation-ID": correlation_id,
        **headers_of(webhook_id=webhook_id, body=body, secrets=secrets, at=at),
    }
    began, status, error = time.monotonic(), 0, ""
    try:
        with (
            _manager().get_session() as session,
            session.post(url, data=body.encode(), headers=headers, stream=True, allow_redirects=False) as answer,
        ):
            status = answer.status_code
            _drain(answer, until=began + settings.PARTNER_TIMEOUT_S)
            error = "" if 200 <= status < 300 else f"it answered {status}"
    except InvalidIPAddress:
        error = "its name leads to a private address"
    except requests.exceptions.Timeout:
        error = "no answer in time"
    except (requests.exceptions.RequestException, OSError, ValueError) as wrong:
        error = error or f"not reached: {type(wrong).__name__}"
    return Told(status, error, int((time.monotonic() - began) * 1000))


def _drain(answer: requests.Response, *, until: float) -> None:
    """Read a little, so that the connection ends in order; a body that drips is left."""
    read = 0
    for chunk in answer.iter_content(512):
        read += len(chunk)
        if read >= _READ_AT_MOST or time.monotonic() > until:
            return


def _manager() -> Manager:
    return Manager(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=settings.PARTNER_LOOPBACK,
            never_redirect=True,
            default_timeout=(_CONNECT_S, settings.PARTNER_TIMEOUT_S),
            user_agent_override="retail-platform-webhooks/1",
        )
    )
