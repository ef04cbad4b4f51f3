"""The pretend provider's webhooks, signed in Stripe's manner (docs.stripe.com, "Verify webhook signatures manually").

`Stripe-Signature: t=<Unix time>,v1=<hex HMAC-SHA256 of "t.body">`, v1 perhaps several times. Name and topic of the
event are in the body, which is parsed only once it has proven genuine.
"""

import json
from datetime import datetime
from typing import Any

from system_apis.inbox.signatures import Headers, WebhookRules, hex_hmac, is_recent, one_matches


def is_genuine(headers: Headers, raw: bytes, secrets: tuple[str, ...], now: datetime) -> bool:
    """Whether one v1 was made with one of the secrets, within five minutes of now."""
    pairs = [part.strip().partition("=") for part in headers.get("Stripe-Signature", "")[:2000].split(",")]
    timestamp = next((value for name, _, value in pairs if name == "t"), "")
    signed = timestamp.encode(errors="replace") + b"." + raw
    given = [value for name, _, value in pairs if name == "v1"]
    return one_matches(given, [hex_hmac(secret, signed) for secret in secrets]) and is_recent(timestamp, now)


def _member(name: str, raw: bytes) -> str:
    try:
        event: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    value = event.get(name) if isinstance(event, dict) else None
    return value if isinstance(value, str) else ""


RULES = WebhookRules(
    is_genuine=is_genuine,
    event_id=lambda headers, raw: _member("id", raw),
    topic=lambda headers, raw: _member("type", raw),
    facts={
        f"{movement}.succeeded": "payments.event_received"
        for movement in ("authorization", "capture", "void", "refund")
    }
    | {
        "charge.dispute.created": "payments.dispute_reported",
        "charge.dispute.closed": "payments.dispute_reported",
        "refund.failed": "payments.refund_failed",
    },
)
