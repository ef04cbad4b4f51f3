"""What a channel sells, for how much: the catalog as a shop sees it, and everything that keeps a basket from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, Product
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound, Unprocessable


class OrderNotPossible(Unprocessable):
    """The order is well formed, but we cannot take it as it is. `errors` names everything to change, all at once."""

    kind, title = "order-not-possible", "This order cannot be taken"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one channel asks for some skus; `products` are those it sells."""

    channel: Channel
    products: Mapping[str, Product]

    @property
    def currency(self) -> str:
        return self.channel.currency

    @property
    def shipping(self) -> Money:
        return Money(minor=self.channel.shipping_minor, currency=self.currency)

    def price(self, sku: str) -> Money:
        """The price of one unit."""
        return Money(minor=self.products[sku].price_minor, currency=self.currency)


def channel_of(code: str, *, caller: Principal) -> Channel:
    """A channel the caller may read. Raises NotFound, the same for one that is not there and one that is not theirs."""
    try:
        if caller.sees_channel(code):
            return catalog.channel(code)
    except catalog.UnknownChannel:
        pass
    raise NotFound(
        "There is no channel of this name for you; ask for it as it is called in your contract.",
        errors=[{"parameter": "channel", "detail": "This channel is not known, or not yours."}],
    )


def prices(skus: Collection[str], *, channel: Channel) -> Offer:
    """What this channel asks for those of the skus that it sells: active ones, priced in its currency."""
    found = catalog.products(skus)
    return Offer(channel, {sku: product for sku, product in found.items() if product.currency == channel.currency})


def offer(body: Mapping[str, Any], *, caller: Principal) -> Offer:
    """The offer an order (a valid PlaceOrderIn) is to be priced with.

    Raises OrderNotPossible with a pointer to each part that does not fit, all at once.
    """
    errors: list[dict[str, str]] = []
    channel = _selling(body["channel"], caller=caller, errors=errors)
    skus = [line["sku"] for line in body["lines"]]
    known = catalog.products(skus)
    for position, sku in enumerate(skus):
        if complaint := _complaint(known.get(sku), channel):
            errors.append({"pointer": f"/lines/{position}/sku", "detail": complaint})
    if not catalog.sells_to(body["ship_to"]["country"]):
        errors.append({"pointer": "/ship_to/country", "detail": "We do not sell to this country."})
    if store := pickup_node(body):
        errors += _no_counter(store)
    if errors or channel is None:
        raise OrderNotPossible("Correct what is named in errors, then send it again.", errors=errors)
    return Offer(channel, known)


def pickup_node(body: Mapping[str, Any]) -> str:
    """The store that a PlaceOrderIn wants to be handed its goods by; "" where they are sent."""
    return str(body.get("fulfilment", {}).get("node", ""))


def _no_counter(code: str) -> list[dict[str, str]]:
    node = catalog.nodes().get(code)
    if node is not None and node.offers_pickup and node.ours:
        return []
    return [{"pointer": "/fulfilment/node", "detail": "Nothing can be collected there; choose of pickup-options."}]


def _selling(code: str, *, caller: Principal, errors: list[dict[str, str]]) -> Channel | None:
    try:
        channel = channel_of(code, caller=caller)
    except NotFound:
        errors.append({"pointer": "/channel", "detail": "This channel is not known, or not yours."})
        return None
    if not channel.taxes_included:
        what = "Orders in a channel whose prices are without tax are not supported yet."
        errors.append({"pointer": "/channel", "detail": what})
    return channel


def _complaint(product: Product | None, channel: Channel | None) -> str:
    if product is None:
        return "We do not sell this sku."
    if channel and product.currency != channel.currency:
        return f"This is priced in {product.currency}, and the channel sells in {channel.currency}."
    return ""
