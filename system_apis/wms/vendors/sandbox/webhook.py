"""The pretend warehouse's webhooks: hex HMAC-SHA256 over "<Unix time>.<body>", so an old one cannot be played again."""

from datetime import datetime

from system_apis.inbox.signatures import Headers, WebhookRules, hex_hmac, is_recent, one_matches


def is_genuine(headers: Headers, raw: bytes, secrets: tuple[str, ...], now: datetime) -> bool:
    """Whether it was signed with one of the secrets, within five minutes of now."""
    timestamp = headers.get("X-Wms-Timestamp", "")
    signed = timestamp.encode(errors="replace") + b"." + raw
    matches = one_matches([headers.get("X-Wms-Signature", "")], [hex_hmac(secret, signed) for secret in secrets])
    return matches and is_recent(timestamp, now)


RULES = WebhookRules(
    is_genuine=is_genuine,
    event_id=lambda headers, raw: headers.get("X-Wms-Event-Id", ""),
    topic=lambda headers, raw: headers.get("X-Wms-Topic", ""),
    facts={
        "parcel.dispatched": "wms.shipment_reported",
        "release.short": "wms.short_reported",
        "stock.moved": "wms.stock_reported",
    },
)
