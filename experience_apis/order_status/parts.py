"""The parts of an order as they are shown: its lines, parcels, pickup, cancellations and refunds."""

from datetime import UTC, datetime
from typing import Any

from canonical.order import OrderLine as CanonicalLine
from process_apis.catalog.models import Node
from process_apis.orders.models import Cancellation, Order, OrderLine, Parcel, PaymentMovement
from process_apis.pickups.models import Pickup


def pickup(row: Pickup, store: Node | None) -> dict[str, Any]:
    """Where it is collected, until when, and how far that is."""
    return {
        "id": str(row.id),
        "node": row.node,
        "name": store.name if store else row.node,
        "state": row.state,
        "ready_by": _instant(row.ready_by),
        "expires_at": _instant(row.expires_at) if row.expires_at else None,
        "code_hint": row.code_hint,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def line(row: OrderLine) -> dict[str, Any]:
    """A line with what has become of its units."""
    return {
        "line_id": row.line_id,
        "sku": row.sku,
        "title": row.title,
        "quantity": row.quantity,
        "shipped": row.shipped,
        "cancelled": row.cancelled,
        "unit_price_minor": row.unit_price_minor,
        "kind": row.kind,
        "promised_on": row.promised_on.isoformat() if row.promised_on else None,
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


def cancellation(asked: Cancellation) -> dict[str, Any]:
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


def refunds(order: Order) -> list[dict[str, Any]]:
    """What was given back, the first first."""
    moved = PaymentMovement.objects.filter(payment__order=order, kind="refund").select_related("payment")
    return [
        {"tender": each.payment.kind, "amount_minor": each.amount_minor, "at": _instant(each.at)}
        for each in moved.order_by("id")
    ]


def parcels(order: Order) -> list[dict[str, Any]]:
    """What is on its way or has come."""
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
