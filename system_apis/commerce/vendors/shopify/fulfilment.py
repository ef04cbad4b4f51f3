"""A parcel of ours as a Shopify fulfilment: which units of which fulfilment orders it takes. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from canonical.shipment import Shipment
from system_apis.commerce.vendors.shopify.reading import an_object, objects, text
from system_apis.errors import ContractBroken, Refused
from system_apis.terms import VendorRef

_OPEN = {"OPEN", "IN_PROGRESS", "SCHEDULED"}


def order_gid(channel_order_id: str) -> str:
    """Shopify's global id of an order; webhooks carry the bare number."""
    return channel_order_id if channel_order_id.startswith("gid://") else f"gid://shopify/Order/{channel_order_id}"


def already_told(order: Mapping[str, Any], shipment: Shipment) -> VendorRef | None:
    """The fulfilment that carries this parcel's tracking number, if an earlier attempt made one."""
    for fulfilment in objects(order.get("fulfillments")):
        numbers = {tracking.get("number") for tracking in objects(fulfilment.get("trackingInfo"))}
        if _tracking_number(shipment) in numbers and fulfilment.get("status") != "CANCELLED":
            return to_reference(fulfilment)
    return None


def to_fulfilment(order: Mapping[str, Any], shipment: Shipment) -> dict[str, Any]:
    """The FulfillmentInput of a parcel. Raises Refused when Shopify has fewer units open than were shipped."""
    wanted = Counter({line.line_id: 0 for line in shipment.lines})
    for line in shipment.lines:
        wanted[line.line_id] += line.quantity
    taken = []
    for fulfilment_order in objects(an_object(order.get("fulfillmentOrders")).get("nodes")):
        if fulfilment_order.get("status") not in _OPEN:
            continue
        items = _take(fulfilment_order, wanted)
        if items:
            taken.append({"fulfillmentOrderId": fulfilment_order["id"], "fulfillmentOrderLineItems": items})
    if short := {line_id: units for line_id, units in wanted.items() if units > 0}:
        told = ", ".join(f"{units} of line {line_id}" for line_id, units in short.items())
        raise Refused(f"Shopify has not open for fulfilment any more: {told}", code="nothing_left_to_fulfil")
    tracking = {"number": _tracking_number(shipment), "company": shipment.carrier or None}
    return {
        "lineItemsByFulfillmentOrder": taken,
        "trackingInfo": {name: value for name, value in tracking.items() if value},
        "notifyCustomer": True,
    }


def to_reference(fulfilment: Any) -> VendorRef:
    """Shopify's id of a fulfilment."""
    reference = text(an_object(fulfilment).get("id"), 200)
    if not reference:
        raise ContractBroken("Shopify made a fulfilment without an id")
    return VendorRef(reference)


def _take(fulfilment_order: Mapping[str, Any], wanted: Counter[str]) -> list[dict[str, Any]]:
    items = []
    for item in objects(an_object(fulfilment_order.get("lineItems")).get("nodes")):
        line_id = text(an_object(item.get("lineItem")).get("id"), 200).rsplit("/", 1)[-1]
        units = min(wanted[line_id], int(item.get("remainingQuantity") or 0))
        if units > 0:
            wanted[line_id] -= units
            items.append({"id": item["id"], "quantity": units})
    return items


def _tracking_number(shipment: Shipment) -> str:
    return shipment.tracking_number or shipment.shipment_id  # the shop must know the parcel by something
