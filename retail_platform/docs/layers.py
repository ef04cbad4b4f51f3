"""The three APIs, as the docs introduce them."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's API in words. `scopes` are those a first look needs."""

    name: str
    title: str
    audience: str
    purpose: str
    scopes: tuple[str, ...]


_LAYERS = (
    Layer(
        name="experience",
        title="Experience API",
        audience="storefronts, stores, partners, operations",
        purpose="What people see: availability and prices, orders to place and follow, shaped for one audience each. "
        "Start here if you build a shop or a till.",
        scopes=(
            "storefront.read",
            "storefront.orders",
            "stores.read",
            "stores.write",
            "partners.read",
            "partners.write",
        ),
    ),
    Layer(
        name="process",
        title="Process API",
        audience="integration engineers, finance",
        purpose="The journeys and the books they write: orders, stock, journals, and each run with its steps. "
        "Come here to follow one order through all systems.",
        scopes=("process.read", "process.write"),
    ),
    Layer(
        name="system",
        title="System API",
        audience="integration engineers",
        purpose="The systems outside, behind one shape for each kind: ERP, warehouse, payments, tax, commerce. "
        "Come here to see what a connected system says, whoever its vendor is.",
        scopes=("system.read",),
    ),
)


def served() -> tuple[Layer, ...]:
    """The layers this process serves (RETAIL_LAYERS)."""
    return tuple(layer for layer in _LAYERS if layer.name in settings.LAYERS)
