"""One sku as a reader sees it. Pure: units per node in, JSON out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from experience_apis.availability.models import AvailabilityStatus

LOW_AT_MOST = 5
UNKNOWN = "unknown"  # a status of answers only: there is no row to say it


@dataclass(frozen=True, slots=True)
class Fragment:
    """What there is of a sku, and the JSON that says so."""

    sku: str
    status: str
    available: int
    body: str


def render(sku: str, *, free: Mapping[str, int], names: Mapping[str, str]) -> Fragment:
    """`free` is node → units that can still be promised; `names` holds the active nodes, in the order to show them."""
    nodes = [{"code": code, "name": name, "available": free[code]} for code, name in names.items() if free.get(code)]
    available = sum(free.get(code, 0) for code in names)
    status = AvailabilityStatus.OUT
    if available > 0:
        status = AvailabilityStatus.LOW if available <= LOW_AT_MOST else AvailabilityStatus.IN_STOCK
    body = _json({"sku": sku, "status": status.value, "available": available, "nodes": nodes})
    return Fragment(sku=sku, status=status.value, available=available, body=body)


def unknown(sku: str) -> str:
    """The JSON of a sku that this channel does not sell."""
    return _json({"sku": sku, "status": UNKNOWN, "available": 0, "nodes": []})


def etag(marks: bytes) -> str:
    """The ETag of an answer, from the joined marks of what it shows; of the figures, for age is no news."""
    return f'W/"{blake2b(marks, digest_size=12).hexdigest()}"'


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
