"""Shopify's webhooks (shopify.dev, "Verify webhook deliveries" and "Ignore duplicate webhooks").

Signed with base64 HMAC-SHA256 over the raw body, no time in it. X-Shopify-Event-Id names the event,
X-Shopify-Webhook-Id one delivery of it.
"""

from datetime import datetime

from system_apis.inbox.signatures import Headers, WebhookRules, base64_hmac, one_matches


def is_genuine(headers: Headers, raw: bytes, secrets: tuple[str, ...], now: datetime) -> bool:
    """Whether one of our app's secrets signed the body."""
    given = headers.get("X-Shopify-Hmac-Sha256", "")
    return one_matches([given], [base64_hmac(secret, raw) for secret in secrets])


def event_id(headers: Headers, raw: bytes) -> str:
    """The event rather than the delivery, where both are named."""
    return headers.get("X-Shopify-Event-Id") or headers.get("X-Shopify-Webhook-Id") or ""


def topic(headers: Headers, raw: bytes) -> str:
    return headers.get("X-Shopify-Topic", "")


RULES = WebhookRules(
    is_genuine=is_genuine,
    event_id=event_id,
    topic=topic,
    facts={
        "orders/create": "commerce.order_received",
        "orders/updated": "commerce.order_updated",
        "orders/cancelled": "commerce.order_updated",
        "orders/risk_assessment_changed": "commerce.risk_reported",
    },
)
