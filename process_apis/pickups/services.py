"""Change the pickup book. Each move is one conditional update: of two that exclude each other one happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F

from process_apis.pickups import codes, decisions, moves
from process_apis.pickups.models import Pickup, PickupLine, PickupState, RejectReason
from retail_platform.kernel import correlation

_NAMES = UUID("6f5c1d5e-2f8b-4a41-9d0c-7a3f6f0b2e11")


def pickup_id_of(*, order_number: str, node: str, attempt: int) -> UUID:
    """The id of a pickup, known before there is one. It opens nothing: the code is made of it with a secret."""
    return uuid5(_NAMES, f"{order_number}/{node}/{attempt}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order line to be handed over; `parts` is what to fetch for one unit of it, by sku."""

    line_id: str
    sku: str
    title: str
    units: int
    parts: Mapping[str, int]
    min_age: int = 0


def open_pickup(
    *, order_number: str, channel: str, node: str, customer_name: str, lines: Sequence[Wanted], ready_by: datetime
) -> Pickup:
    """Ask a store to hand goods over. While it still has the order's pickup open, that one is answered again."""
    with transaction.atomic():
        before = Pickup.objects.filter(order_number=order_number).order_by("-attempt").first()
        if before and before.node == node and before.state in decisions.OPEN:
            return before
        attempt = before.attempt + 1 if before else 1
        pickup = Pickup(
            id=pickup_id_of(order_number=order_number, node=node, attempt=attempt),
            order_number=order_number, channel=channel, node=node, attempt=attempt,
            customer_name=customer_name, ready_by=ready_by, correlation_id=correlation.current(),
        )  # fmt: skip
        pickup.code_hint = codes.code_of(pickup.id)[-2:]
        pickup.save(force_insert=True)
        PickupLine.objects.bulk_create(
            PickupLine(
                pickup=pickup, line_id=line.line_id, position=position, sku=line.sku, title=line.title,
                parts=dict(line.parts), units=line.units, min_age=line.min_age,
            )
            for position, line in enumerate(lines, start=1)
        )  # fmt: skip
        moves.note(pickup, "requested")
        moves.tell(pickup, "pickup.requested")
    return pickup


def pick(pickup: Pickup, *, by: str, picked: Mapping[str, int] | None = None) -> Pickup:
    """Somebody is fetching the goods; `picked` says how many of which line they have by now."""
    with transaction.atomic():
        moves.make(pickup, "pick", staff=by)
        moves.check_quantities(pickup, picked or {}, {line.line_id: line.units for line in pickup.lines.all()})
        for line_id, units in (picked or {}).items():
            PickupLine.objects.filter(pickup=pickup, line_id=line_id).update(picked=units)
        moves.note(pickup, "picking", by=by, picked=dict(picked or {}))
    return pickup


def ready(pickup: Pickup, *, by: str, now: datetime) -> Pickup:
    """All of it lies at the counter, and is kept for so many days. Tells the customer."""
    with transaction.atomic():
        keep_until = now + timedelta(days=settings.PICKUP_KEEP_DAYS)
        moves.make(pickup, "ready", staff=by, ready_at=now, expires_at=keep_until)
        picked = {line.line_id: line.units - line.picked for line in pickup.lines.all()}
        if any(line.picked for line in pickup.lines.all()) and any(picked.values()):
            raise moves.WrongQuantity(
                "Pick the rest first, or reject the pickup and say why.",
                errors=[
                    {"pointer": "/lines", "detail": f"line {line_id}: {units} still to be picked"}
                    for line_id, units in picked.items()
                    if units
                ],
            )
        PickupLine.objects.filter(pickup=pickup).update(picked=F("units"))
        moves.note(pickup, "ready", by=by)
        moves.tell(pickup, "pickup.ready")
    return pickup


def arrived(pickup: Pickup, *, by: str, now: datetime) -> Pickup:
    """The customer is at the store."""
    with transaction.atomic():
        moves.make(pickup, "arrived", arrived_at=now)
        moves.note(pickup, "arrived", by=by)
        moves.tell(pickup, "pickup.arrived")
    return pickup


def reject(pickup: Pickup, *, by: str, reason: RejectReason, note: str = "", now: datetime) -> Pickup:
    """The store cannot hand it over. Tells the journey, which looks for another way."""
    with transaction.atomic():
        moves.make(pickup, "reject", staff=by, reject_reason=reason, reject_note=note[:500], ended_at=now)
        moves.note(pickup, "rejected", by=by, reason=str(reason), note=note[:500])
        moves.tell(pickup, "pickup.rejected", reason=str(reason))
    return pickup


def withdraw(*, order_number: str, now: datetime) -> bool:
    """The order is taken back: nothing is to be handed over any more. False if a pickup of it was handed over."""
    with transaction.atomic():
        for pickup in Pickup.objects.filter(order_number=order_number, state__in=decisions.OPEN):
            moves.make(pickup, "withdraw", ended_at=now)
            moves.note(pickup, "withdrawn")
        gone = [PickupState.HANDED_OVER, PickupState.COLLECTED_PARTIAL]
        return not Pickup.objects.filter(order_number=order_number, state__in=gone).exists()


def settled(pickup: Pickup, *, now: datetime) -> None:
    """What the counter did is in the other books, and nothing more follows from it. For the journey that waits."""
    if Pickup.objects.filter(id=pickup.id, settled_at=None).update(settled_at=now):
        moves.tell(pickup, "pickup.settled")
