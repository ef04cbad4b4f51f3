"""The three APIs, as the docs introduce them."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's API in words. `scopes` are those a first look needs, `chapters` its tags in reading order."""

    name: str
    title: str
    audience: str
    purpose: str
    scopes: tuple[str, ...]
    chapters: tuple[tuple[str, str], ...]


_LAYERS = (
    Layer(
        name="experience",
        title="Experience API",
        audience="storefronts, stores, partners, operations, analysts",
        purpose="What people see: availability and prices, orders to place and follow, shaped for one audience each. "
        "Start here if you build a shop or a till.",
        scopes=(
            "storefront.read",
            "storefront.orders",
            "stores.read",
            "stores.write",
            "partners.read",
            "partners.write",
            "operations.read",
            "operations.write",
            "analytics.read",
        ),
        chapters=(
            ("storefront", "For shops: what can be had, and orders placed, followed, cancelled and returned."),
            ("store tools", "For stores and tills: pickups, goods brought back, gift cards, what is where."),
            ("partners", "For partners: be told of facts at an address of yours, and see what you were told."),
            ("operations", "For those who watch: runs, cases, the trace of one id through all systems, telling again."),
            ("analytics", "For warehouses of data: every fact, in order, from any moment on."),
        ),
    ),
    Layer(
        name="process",
        title="Process API",
        audience="integration engineers, finance",
        purpose="The journeys and the books they write: orders, stock, journals, and each run with its steps. "
        "Come here to follow one order through all systems.",
        scopes=("process.read", "process.write"),
        chapters=(
            (
                "orders",
                "Every order with its lines, money and parcels; its trace through all systems; holds and edits.",
            ),
            ("runs", "Each passage through a journey, step by step, and what a person may tell a parked one."),
            ("cases", "The exception desk: what waits for a person, and why."),
            ("returns", "Goods on their way back, from the request to the refund."),
            ("exchanges", "Goods against goods, at a counter too."),
            ("stock", "What is where, what moved it, what is promised of it; files, counts, holds, transfers."),
            ("sourcing", "Why an order is sent from where it is."),
            ("publication", "What each channel was told it may sell, and how far behind it is."),
            ("ledger", "Journal entries with what caused them, and the trial balance."),
        ),
    ),
    Layer(
        name="system",
        title="System API",
        audience="integration engineers",
        purpose="The systems outside, behind one shape for each kind: ERP, warehouse, payments, tax, commerce. "
        "Come here to see what a connected system says, whoever its vendor is.",
        scopes=("system.read",),
        chapters=(
            ("connections", "The accounts at outside systems, and how each is."),
            ("erp", "What the ERP has: its stock and its trial balance."),
            ("wms", "What a warehouse has: its stock and its parcels."),
        ),
    ),
)


def served() -> tuple[Layer, ...]:
    """The layers this process serves (RETAIL_LAYERS)."""
    return tuple(layer for layer in _LAYERS if layer.name in settings.LAYERS)
