"""Bring one order's status in line with the order book.

Note [Book after lock]: whoever refreshes an order takes its lock first and reads the book after it. What is written
last was also read last, so a status never goes back, in whatever order facts and rebuilds come.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from experience_apis.order_status import parts
from experience_apis.order_status.due import next_by
from experience_apis.order_status.models import OrderStatus
from experience_apis.order_status.wording import Counter, tell
from process_apis.catalog import hours
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node
from process_apis.orders import queries as orders
from process_apis.orders.holds import ASSESSED
from process_apis.orders.models import Order
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
    cancellations = [parts.cancellation(each) for each in order.cancellations.prefetch_related("lines__line")]
    store = catalog.nodes().get(order.pickup_node) if pickup else None
    return fields_of(
        order,
        [parts.line(line) for line in lines],
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
        "parcels": parts.parcels(order) if any(line["shipped"] for line in lines) else [],
        "pickup": parts.pickup(pickup, store) if pickup else None,
        "cancellations": list(cancellations),
        "refunds": parts.refunds(order) if refunded else [],
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


def digest(email: str) -> str:
    """What is kept of an e-mail address; nothing of none."""
    plain = email.strip().lower()
    return sha256(plain.encode()).hexdigest() if plain else ""


def _lock(number: str) -> None:
    with connection.cursor() as cursor:  # Note [Book after lock]
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('order_status:' || %s, 0))", [number])
