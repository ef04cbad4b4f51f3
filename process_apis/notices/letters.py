"""The text of a notice, written when it is needed from what the books say then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from canonical.ids import receipt_number
from canonical.money import Money
from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.notices import queries, services
from process_apis.notices.models import Notice
from process_apis.orders import guest_links, tracking
from process_apis.orders import queries as orders
from process_apis.orders.models import Order, Parcel
from process_apis.pickups import codes
from process_apis.pickups import queries as pickups
from process_apis.pickups.models import PickupState
from process_apis.returns import queries as returns

_COLLECTABLE = (PickupState.READY, PickupState.ARRIVED)
_WHEN = {"de": "%d.%m.%Y, %H:%M Uhr", "en": "%Y-%m-%d %H:%M"}


class Over(Exception):
    """What the notice was about has changed meanwhile: it would tell something untrue. The message says what."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to be sent."""

    to: str
    subject: str
    text: str
    html: str
    sender: str
    reply_to: str


def letter(notice: Notice, *, preview: bool = False) -> Letter:
    """The letter of a notice as the books stand. A preview shows no code and is made whatever has changed since.

    Raises Over.
    """
    order = orders.order(notice.order_number)
    if not preview and services.digest(order.customer_email) != notice.recipient:
        raise Over("the order has another e-mail address now")
    words = {**_of_order(order), **_of_parcel(notice), **_of_pickup(notice, preview=preview), **_of_return(notice)}
    lines = render_to_string(f"notices/{notice.language}/{notice.template}.txt", words).strip().split("\n")
    subject, text = " ".join(lines[0].split()), "\n".join(lines[1:]).strip() + "\n"
    html = render_to_string("notices/letter.html", {**words, "language": notice.language, "text": text})
    sender, reply_to = queries.sender(notice.channel)
    return Letter(order.customer_email, subject, text, html, sender, reply_to)


def _of_order(order: Order) -> dict[str, Any]:
    titles = {line.line_id: line.title or line.sku for line in order.lines.all()}
    return {
        "number": order.number,
        "receipt": receipt_number(order.number),
        "name": order.customer_name,
        "lines": [
            {
                "units": line.quantity - line.cancelled,
                "ordered": line.quantity,
                "title": line.title or line.sku,
                "to_come": line.quantity - line.cancelled - line.shipped,
                "promised_on": line.promised_on,
                "instead_of": titles.get(line.instead_of, ""),
            }
            for line in order.lines.all()
        ],
        "total": _money(order.total_minor, order.currency),
        "link": guest_links.url(order.number),
    }


def _of_parcel(notice: Notice) -> dict[str, Any]:
    parcel = Parcel.objects.filter(shipment_id=notice.about.get("shipment_id", "")).first()
    if parcel is None:
        return {}
    return {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_link": tracking.link(parcel.carrier, parcel.tracking_number),
        "parcel_lines": [
            {"units": part.quantity, "title": part.line.title or part.line.sku} for part in orders.lines_of(parcel)
        ],
    }


def _of_pickup(notice: Notice, *, preview: bool) -> dict[str, Any]:
    if not notice.about.get("pickup_id"):
        return {}
    pickup = pickups.pickup(notice.about["pickup_id"])
    if not preview and notice.template in ("ready_to_collect", "pickup_reminder") and pickup.state not in _COLLECTABLE:
        raise Over(f"the pickup is {pickup.get_state_display()} by now")
    store = catalog.nodes().get(pickup.node)
    zone = hours.zone_of(store.time_zone if store else "UTC")
    form = _WHEN.get(notice.language, _WHEN["en"])

    def when(at: datetime | None) -> str:
        return at.astimezone(zone).strftime(form) if at else ""

    return {
        "store": store.name if store else pickup.node,
        "until": when(pickup.expires_at),
        "ready_by": when(pickup.ready_by),
        "code": "••••••" if preview else codes.code_of(pickup.id),
    }


def _of_return(notice: Notice) -> dict[str, Any]:
    if not notice.about.get("return_number"):
        return {}
    back = returns.one(notice.about["return_number"])
    return {
        "return_number": back.number,
        "refund": _money(back.total_minor, back.currency) if back.total_minor else "",
        "send_by": f"{back.expires_at:%Y-%m-%d}" if back.expires_at else "",
    }


def _money(minor: int, currency: str) -> str:
    return f"{Money(minor=minor, currency=currency).text} {currency}"
