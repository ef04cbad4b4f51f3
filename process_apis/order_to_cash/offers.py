"""What a channel sells, for how much: the catalog as its buyers see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, Product
from process_apis.catalog.tender_models import TenderKind
from retail_platform.kernel.problem import Unprocessable


class OrderNotPossible(Unprocessable):
    """The order is well formed, but we cannot take it as it is. `errors` names everything to change, all at once."""

    kind, title = "order-not-possible", "This order cannot be taken"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one channel asks for some skus; `products` are those it sells, `tender_kinds` what was named to pay with."""

    channel: Channel
    products: Mapping[str, Product]
    tender_kinds: Mapping[str, TenderKind] | None = None

    @property
    def currency(self) -> str:
        return self.channel.currency

    @property
    def shipping(self) -> Money:
        return Money(minor=self.channel.shipping_minor, currency=self.currency)

    def price(self, sku: str) -> Money:
        """The price of one unit."""
        return Money(minor=self.products[sku].price_minor, currency=self.currency)


def prices(skus: Collection[str], *, channel: Channel) -> Offer:
    """What this channel asks for those of the skus that it sells: active ones, priced in its currency."""
    found = catalog.products(skus)
    return Offer(channel, {sku: product for sku, product in found.items() if product.currency == channel.currency})


def complaint(product: Product | None, channel: Channel | None) -> str:
    """Why the channel does not sell it; "" if it does."""
    if product is None:
        return "We do not sell this sku."
    if channel and product.currency != channel.currency:
        return f"This is priced in {product.currency}, and the channel sells in {channel.currency}."
    return ""


def no_counter(code: str, products: Collection[Product]) -> str:
    """Why these cannot be collected at a node; "" if they can."""
    node = catalog.nodes().get(code)
    if node is None or not node.offers_pickup or not node.ours:
        return "Nothing can be collected there; choose of pickup-options."
    ages = {product.sku: product.min_age for product in products if product.min_age}
    if ages and not node.attended:
        return f"Nobody is there to check an age, which {', '.join(sorted(ages))} needs; choose an attended store."
    return ""
