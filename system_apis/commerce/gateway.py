"""Which web shop answers for a channel: its connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.commerce.port import CommercePort, OrderFeed
from system_apis.commerce.vendors.market.adapter import Market
from system_apis.commerce.vendors.sandbox.adapter import SandboxCommerce
from system_apis.commerce.vendors.shopify import webhook as shopify_webhook
from system_apis.commerce.vendors.shopify.adapter import ShopifyCommerce
from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules

VENDORS: dict[str, Callable[[Connection], CommercePort]] = {
    "sandbox": SandboxCommerce.over,
    "shopify": ShopifyCommerce.over,
    "market": Market.over,
}
FEEDS: dict[str, Callable[[Connection], OrderFeed]] = {"market": Market.over}  # those that tell nobody by themselves
WEBHOOKS: dict[str, WebhookRules] = {
    "sandbox": shopify_webhook.RULES,  # the pretend shop signs as Shopify does
    "shopify": shopify_webhook.RULES,
}


def commerce(channel: str | None = None, *, code: str | None = None) -> CommercePort:
    """The shop of a channel, or the one with this code. Raises NoConnection."""
    connection = queries.active(kind="commerce", code=code, channel=channel)
    return queries.choice(connection, VENDORS)(connection)
