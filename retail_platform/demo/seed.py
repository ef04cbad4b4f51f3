"""Set a fresh platform up for the demo: master data, opening stock, connections to the sandbox, an order, clients."""

import secrets
from typing import Any

from canonical.stock import MovementReason, StockMovement
from experience_apis.availability import projection
from process_apis.stock import services as stock
from retail_platform.demo import addresses, assortment, moves, partner_samples, return_samples, samples, value_cards
from retail_platform.kernel import clock
from retail_platform.kernel.identity import services as identity
from retail_platform.kernel.identity.models import ApiKey
from retail_platform.kernel.identity.scopes import SCOPES
from system_apis.connections import services as connections
from system_apis.connections.models import Connection
from system_apis.crosswalk import services as crosswalk

TOKENS = {
    "erp": {"token": "erp_sandbox"},
    "wms": {"token": "wms_sandbox"},
    "payments": {"token": "sk_sandbox"},
    "tax": {"account": "sandbox", "licence_key": "tax_sandbox"},
    "pos": {"token": "pos_sandbox"},
    "carrier": {"token": "carrier_sandbox"},
}
HOOKED = ("wms", "payments", "carrier")
SHOPIFY_LOCATION, SHOPIFY_ITEMS = 70_000_001, 40_000_000
DEMO_CLIENT, ENGINEER, TILL = "demo-storefront", "demo-engineer", "demo-till"
PLACING = "demo-placing"
TILL_STANDS_IN = "STORE-001"


def write(*, base_url: str, sandbox_url: str) -> None:
    """Write everything, or bring it up to date; nothing is doubled by doing it again."""
    opening = assortment.write()
    webhooks = _connections(sandbox_url)
    stock.move(
        [
            StockMovement(
                key=f"opening:{each.node}:{each.sku}",
                sku=each.sku,
                node=each.node,
                units=each.units,
                reason=MovementReason.OPENING,
                source="opening",
                occurred_at=clock.now(),
            )
            for each in opening
        ]
    )
    _set_up_sandbox(sandbox_url, base_url=base_url, webhooks=webhooks, opening=opening)
    projection.refresh(projection.skus(), now=clock.now())
    value_cards.issue()
    moves.write(now=clock.now())
    samples.place_order(now=clock.now())
    partner_samples.listen(now=clock.now())
    return_samples.write(now=clock.now())


def _connections(sandbox_url: str) -> dict[str, str]:
    """Connect to the sandbox's systems. Returns the secret that each webhook is signed with, by connection."""
    now = clock.now()
    for kind, secret in TOKENS.items():
        fields = {"kind": kind, "vendor": "sandbox", "base_url": sandbox_url, "active": True}
        keep = {**secret, "webhook_secret": _webhook_secret(kind)} if kind in HOOKED else secret
        connections.connect(code=kind, now=now, secrets=keep, **fields)
    for code, vendor in (("shop", "sandbox"), ("shopify", "shopify")):
        connections.connect(
            code=code,
            now=now,
            kind="commerce",
            vendor=vendor,
            base_url=sandbox_url,
            channel=code,
            active=True,
            secrets={"token": "shpat_sandbox", "webhook_secret": _webhook_secret(code)},
        )
    connections.connect(
        code="market", now=now, kind="commerce", vendor="market", base_url=sandbox_url, channel="market", active=True,
        secrets={"token": "market_sandbox"},
    )  # fmt: skip
    _link_shopify()
    return {code: _webhook_secret(code) for code in ("shop", "shopify", *HOOKED)}


def _link_shopify() -> None:
    """Which of its inventory items is which sku, and where our stock goes: it is told of stock like the shop."""
    shopify = Connection.objects.get(code="shopify")
    crosswalk.link(shopify, "location", ours=shopify.channel, theirs=str(SHOPIFY_LOCATION))
    items = {assortment.sku_of(number): str(SHOPIFY_ITEMS + number) for number in range(1, assortment.SKUS + 1)}
    crosswalk.link_all(shopify, "inventory_item", theirs_of_ours=items)


def _webhook_secret(code: str) -> str:
    """The secret of a connection, kept from start to start; made the first time."""
    row = Connection.objects.filter(code=code).first()
    kept = row.credentials.get("webhook_secret") if row else None
    return _MADE.setdefault(code, str(kept or secrets.token_hex(24)))


_MADE: dict[str, str] = {}


def _set_up_sandbox(
    sandbox_url: str, *, base_url: str, webhooks: dict[str, str], opening: list[assortment.Opening]
) -> None:
    setup: dict[str, Any] = {
        "webhooks": addresses.webhooks(base_url, secrets=webhooks),
        "ship_delay_ms": [100, 1500],
        "stock": [{"node": each.node, "sku": each.sku, "on_hand": each.units} for each in opening],
    }
    addresses.tell(sandbox_url, setup)


def storefront_key() -> str:
    """A new key for the demo's storefront; earlier ones are revoked, since they cannot be shown again."""
    client = identity.ensure_client(
        name=DEMO_CLIENT, scopes=["storefront.read", "storefront.orders"], per_minute=100_000
    )
    ApiKey.objects.filter(client=client, revoked_at=None).update(revoked_at=clock.now())
    return identity.make_key(client=client)


def placing_key() -> str:
    """A new key for whoever places orders at the portal, a till or the desk on the demo's day; earlier ones end."""
    client = identity.ensure_client(
        name=PLACING, scopes=["storefront.orders", "stores.write", "process.write"], per_minute=100_000
    )
    ApiKey.objects.filter(client=client, revoked_at=None).update(revoked_at=clock.now())
    return identity.make_key(client=client)


def engineer_key() -> str:
    """A new key that may do everything an API offers, for whoever looks around in the demo."""
    client = identity.ensure_client(name=ENGINEER, scopes=list(SCOPES))
    ApiKey.objects.filter(client=client, revoked_at=None).update(revoked_at=clock.now())
    return identity.make_key(client=client)


def till_key() -> str:
    """A new key for a till of one store: what its staff may do there, and nothing elsewhere."""
    client = identity.ensure_client(name=TILL, scopes=["stores.read", "stores.write"], stores=[TILL_STANDS_IN])
    ApiKey.objects.filter(client=client, revoked_at=None).update(revoked_at=clock.now())
    return identity.make_key(client=client)
