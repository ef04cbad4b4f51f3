"""One sku as a reader sees it. Pure: an offer in, JSON out."""

import json
from dataclasses import dataclass
from hashlib import blake2b

from experience_apis.availability.models import AvailabilityStatus
from process_apis.stock_policy.offers import Offer

LOW_AT_MOST = 5
UNKNOWN = "unknown"  # a status of answers only: there is no row to say it


@dataclass(frozen=True, slots=True)
class Fragment:
    """What there is of a sku, and the JSON that says so."""

    sku: str
    status: str
    available: int
    body: str


def render(offer: Offer) -> Fragment:
    """Nodes in the order of the offer, none with more than the channel may sell in all."""
    most = offer.available
    nodes = [{"code": n.node, "name": n.name, "available": min(n.units, most)} for n in offer.nodes if n.units and most]
    promise = offer.promise and {"date": offer.promise.day.isoformat(), "basis": offer.promise.basis}
    pickup = [n.node for n in offer.nodes if most and n.units and n.pickup_today]
    status = _status(offer)
    shown = {
        "sku": offer.sku,
        "status": status,
        "available": most,
        "nodes": nodes,
        "promise": promise,
        "pickup": pickup,
    }
    return Fragment(sku=offer.sku, status=status, available=most, body=_json(shown))


def unknown(sku: str) -> str:
    """The JSON of a sku that this channel does not sell."""
    return _nothing(sku, UNKNOWN)


def service(sku: str) -> Fragment:
    """Gift wrap or a fee: it is never counted, so none is "available", and none is ever missing."""
    status = AvailabilityStatus.SERVICE.value
    return Fragment(sku=sku, status=status, available=0, body=_nothing(sku, status))


def _status(offer: Offer) -> str:
    if offer.available:
        return (AvailabilityStatus.LOW if offer.available <= LOW_AT_MOST else AvailabilityStatus.IN_STOCK).value
    return (AvailabilityStatus.BACKORDER if offer.on_backorder else AvailabilityStatus.OUT).value


def etag(marks: bytes) -> str:
    """The ETag of an answer, from the joined marks of what it shows; of the figures, for age is no news."""
    return f'W/"{blake2b(marks, digest_size=12).hexdigest()}"'


def _nothing(sku: str, status: str) -> str:
    return _json({"sku": sku, "status": status, "available": 0, "nodes": [], "promise": None, "pickup": []})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
