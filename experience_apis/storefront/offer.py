"""What a storefront may sell to its caller, and everything that keeps a basket from it."""

from collections.abc import Mapping
from typing import Any

from process_apis.catalog import baskets
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel
from process_apis.order_to_cash import paying
from process_apis.order_to_cash.offers import Offer, OrderNotPossible, complaint, no_counter, prices
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound

__all__ = ["Offer", "OrderNotPossible", "channel_of", "offer", "pickup_node", "prices"]


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


def offer(body: Mapping[str, Any], *, caller: Principal) -> Offer:
    """The offer an order (a valid PlaceOrderIn) is to be priced with.

    Raises OrderNotPossible with a pointer to each part that does not fit, all at once.
    """
    errors: list[dict[str, str]] = []
    skus = [line["sku"] for line in body["lines"]]
    found = baskets.basket(
        channel=body["channel"], skus=skus, tenders=paying.kinds_of(body), country=body["ship_to"]["country"]
    )
    known, channel = found.products, found.channel if caller.sees_channel(body["channel"]) else None
    if channel is None:
        errors.append({"pointer": "/channel", "detail": "This channel is not known, or not yours."})
    for position, sku in enumerate(skus):
        if detail := complaint(known.get(sku), channel):
            errors.append({"pointer": f"/lines/{position}/sku", "detail": detail})
    if not found.sells_to:
        errors.append({"pointer": "/ship_to/country", "detail": "We do not sell to this country."})
    if store := pickup_node(body):
        wanted = [known[sku] for sku in skus if sku in known]
        if detail := no_counter(store, wanted):
            errors.append({"pointer": "/fulfilment/node", "detail": detail})
    if errors or channel is None:
        raise OrderNotPossible("Correct what is named in errors, then send it again.", errors=errors)
    return Offer(channel, known, found.tender_kinds)


def pickup_node(body: Mapping[str, Any]) -> str:
    """The store that a PlaceOrderIn wants to be handed its goods by; "" where they are sent."""
    return str(body.get("fulfilment", {}).get("node", ""))
