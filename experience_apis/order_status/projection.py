"""Bring one order's status in line with the order book.

Note [Book after lock]: whoever refreshes an order takes its lock first and reads the book after it. What is written
last was also read last, so a status never goes back, in whatever order facts and rebuilds come.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from canonical.order import OrderLine as CanonicalLine
from experience_apis.order_status.due import next_by
from experience_apis.order_status.models import OrderStatus
from experience_apis.order_status.wording import Counter, tell
from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.orders import queries as orders
from process_apis.orders.holds import ASSESSED
from process_apis.orders.models import Cancellation, Order, OrderLine, Parcel, PaymentMovement
from process_apis.pickups import queries as pickups
from process_apis.pickups.models import Pickup


def refresh(number: str, *, now: datetime) -> bool:
    """Work out one order's status anew; True if it became different. An order that is not in the book is left alone."""
    with transaction.atomic(savepoint=False):
        _lock(number)
        try:
            shown = project(orders.order(number))
        except orders.NoSuchOrder:
            return False
        standing = OrderStatus.objects.filter(number=number).first()
        if standing is None:
            OrderStatus.objects.create(number=number, **shown, version=1, updated_at=now)
            return True
        if all(getattr(standing, name) == value for name, value in shown.items()):
            return False
        OrderStatus.objects.filter(number=number).update(**shown, version=standing.version + 1, updated_at=now)
        return True


def project(order: Order) -> dict[str, Any]:
    """The status of an order as its book stands, by field."""
    lines, payments = list(order.lines.all()), list(order.payments.all())
    paid, refunded = (
        sum(getattr(payment, name) for payment in payments) for name in ("captured_minor", "refunded_minor")
    )
    pickup = next(reversed(pickups.of_order(order.number)), None) if order.pickup_node else None
    cancellations = [_cancellation(each) for each in order.cancellations.prefetch_related("lines__line")]
    store = catalog.nodes().get(order.pickup_node) if pickup else None
    return fields_of(
        order,
        [_line(line) for line in lines],
        held=_held(order),
        paid=paid,
        refunded=refunded,
        pickup=pickup,
        store=store,
        cancellations=cancellations,
        goes_on_as=later.number if (later := orders.goes_on_as(order)) else "",
    )


def _held(order: Order) -> bool:
    """Does it wait for a person, and has nothing happened since but that somebody thought about it?"""
    happened = order.events.exclude(name=ASSESSED).order_by("-id")
    return happened.values_list("name", flat=True).first() == "order.held"


def fields_of(
    order: Order,
    lines: Sequence[Mapping[str, Any]],
    *,
    held: bool = False,
    paid: int = 0,
    refunded: int = 0,
    pickup: Pickup | None = None,
    store: Node | None = None,
    cancellations: Sequence[dict[str, Any]] = (),
    goes_on_as: str = "",
) -> dict[str, Any]:
    """The same of what is known of it; a new order has nothing but its lines, as they are shown."""
    told = tell(
        order.state,
        held=held,
        units=sum(line["quantity"] - line["cancelled"] for line in lines),
        shipped=sum(line["shipped"] for line in lines),
        paid_minor=paid,
        refunded_minor=refunded,
        counter=_counter(pickup, store) if pickup else None,
    )
    return {
        "channel": order.channel,
        "email_digest": digest(order.customer_email),
        "state": told.state.value,
        "headline": told.headline,
        "what_next": told.what_next,
        "lines": list(lines),
        "parcels": _parcels(order) if any(line["shipped"] for line in lines) else [],
        "pickup": _pickup(pickup, store) if pickup else None,
        "cancellations": list(cancellations),
        "refunds": _refunds(order) if refunded else [],
        "next_by": next_by(
            told.state,
            placed_at=order.placed_at,
            ready_by=pickup.ready_by if pickup and not pickup.ended_at else None,
            kept_until=pickup.expires_at if pickup else None,
            cancelled_at=order.closed_at,
            owed=paid > refunded,
            dispatch_days=settings.ORDER_DISPATCH_DAYS,
            refund_days=settings.ORDER_REFUND_DAYS,
        ),
        "currency": order.currency,
        "total_minor": order.total_minor,
        "paid_minor": paid,
        "refunded_minor": refunded,
        "placed_at": order.placed_at,
        "goes_on_as": goes_on_as,
    }


def _counter(pickup: Pickup, store: Node | None) -> Counter:
    zone = hours.zone_of(store.time_zone if store else "UTC")

    def text(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" if at else ""

    return Counter(
        state=pickup.state,
        store=store.name if store else pickup.node,
        ready_by=text(pickup.ready_by),
        until=text(pickup.expires_at),
        hint=pickup.code_hint,
    )


def _pickup(pickup: Pickup, store: Node | None) -> dict[str, Any]:
    return {
        "id": str(pickup.id),
        "node": pickup.node,
        "name": store.name if store else pickup.node,
        "state": pickup.state,
        "ready_by": _instant(pickup.ready_by),
        "expires_at": _instant(pickup.expires_at) if pickup.expires_at else None,
        "code_hint": pickup.code_hint,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def digest(email: str) -> str:
    """What is kept of an e-mail address; nothing of none."""
    plain = email.strip().lower()
    return sha256(plain.encode()).hexdigest() if plain else ""


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "shipped": line.shipped,
        "cancelled": line.cancelled,
        "unit_price_minor": line.unit_price_minor,
        "kind": line.kind,
        "promised_on": line.promised_on.isoformat() if line.promised_on else None,
    }


def new_line(line: CanonicalLine) -> dict[str, Any]:
    """A line as it is shown when nothing has happened to it yet."""
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "shipped": 0,
        "cancelled": 0,
        "unit_price_minor": line.unit_price.minor,
        "kind": line.kind.value,
        "promised_on": None,
    }


def _cancellation(asked: Cancellation) -> dict[str, Any]:
    """What a buyer sees of it; who asked, and a warehouse's words, stay inside."""
    return {
        "id": str(asked.id),
        "state": asked.state,
        "requested_at": _instant(asked.requested_at),
        "decided_at": _instant(asked.decided_at) if asked.decided_at else None,
        "refund_minor": asked.refund_minor,
        "lines": [
            {"line_id": each.line.line_id, "sku": each.line.sku, "units": each.units, "cancelled": each.cancelled}
            for each in asked.lines.all()
        ],
    }


def _refunds(order: Order) -> list[dict[str, Any]]:
    moved = PaymentMovement.objects.filter(payment__order=order, kind="refund").select_related("payment")
    return [
        {"tender": each.payment.kind, "amount_minor": each.amount_minor, "at": _instant(each.at)}
        for each in moved.order_by("id")
    ]


def _parcels(order: Order) -> list[dict[str, Any]]:
    return [_parcel(parcel) for parcel in order.parcels.prefetch_related("lines__line")]


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "shipment_id": parcel.shipment_id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "dispatched_at": parcel.dispatched_at.isoformat().replace("+00:00", "Z"),
        "lines": [
            {"line_id": part.line.line_id, "sku": part.line.sku, "quantity": part.quantity}
            for part in parcel.lines.all()
        ],
    }


def _lock(number: str) -> None:
    with connection.cursor() as cursor:  # Note [Book after lock]
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('order_status:' || %s, 0))", [number])
