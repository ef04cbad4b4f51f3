"""Change the pickup book. Each move is one conditional update: of two that exclude each other one happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F

from process_apis.pickups import codes, decisions
from process_apis.pickups.models import Pickup, PickupEvent, PickupLine, PickupState, Proof, RejectReason
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError, Unprocessable


class WrongState(DomainError):
    """The pickup is elsewhere by now; `detail` says where, and what can be done with it there."""

    status, kind, title = 409, "pickup-wrong-state", "This cannot be done with the pickup now"


class NotTheCode(Unprocessable):
    """Neither the code nor an identity document was shown. Nothing was handed over."""

    kind, title = "pickup-not-proven", "The one who came has not shown that the goods are theirs"


class WrongCode(NotTheCode):
    """A code was shown, and it is another one. After five of them only an identity document helps."""

    kind, title = "pickup-wrong-code", "This is not the code of this pickup"


class AgeNotProven(Unprocessable):
    """Some of the goods have an age limit, and nobody has seen a document. Nothing was handed over."""

    kind, title = "pickup-age-not-proven", "The age of the one who came is not proven"


class WrongQuantity(Unprocessable):
    """More than the pickup has, or of a line it does not have."""

    kind, title = "pickup-wrong-quantity", "The pickup does not have these goods"


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
        _note(pickup, "requested")
        tell(pickup, "pickup.requested")
    return pickup


def pick(pickup: Pickup, *, by: str, picked: Mapping[str, int] | None = None) -> Pickup:
    """Somebody is fetching the goods; `picked` says how many of which line they have by now."""
    with transaction.atomic():
        _move(pickup, "pick", staff=by)
        _check(pickup, picked or {}, {line.line_id: line.units for line in pickup.lines.all()})
        for line_id, units in (picked or {}).items():
            PickupLine.objects.filter(pickup=pickup, line_id=line_id).update(picked=units)
        _note(pickup, "picking", by=by, picked=dict(picked or {}))
    return pickup


def ready(pickup: Pickup, *, by: str, now: datetime) -> Pickup:
    """All of it lies at the counter, and is kept for so many days. Tells the customer."""
    with transaction.atomic():
        keep_until = now + timedelta(days=settings.PICKUP_KEEP_DAYS)
        _move(pickup, "ready", staff=by, ready_at=now, expires_at=keep_until)
        picked = {line.line_id: line.units - line.picked for line in pickup.lines.all()}
        if any(line.picked for line in pickup.lines.all()) and any(picked.values()):
            raise WrongQuantity(
                "Pick the rest first, or reject the pickup and say why.",
                errors=[
                    {"pointer": "/lines", "detail": f"line {line_id}: {units} still to be picked"}
                    for line_id, units in picked.items()
                    if units
                ],
            )
        PickupLine.objects.filter(pickup=pickup).update(picked=F("units"))
        _note(pickup, "ready", by=by)
        tell(pickup, "pickup.ready")
    return pickup


def arrived(pickup: Pickup, *, by: str, now: datetime) -> Pickup:
    """The customer is at the store."""
    with transaction.atomic():
        _move(pickup, "arrived", arrived_at=now)
        _note(pickup, "arrived", by=by)
        tell(pickup, "pickup.arrived")
    return pickup


def hand_over(
    pickup: Pickup, *, by: str, collected_by: str, code: str = "", id_checked: bool = False,
    collected: Mapping[str, int] | None = None, now: datetime,
) -> Pickup:  # fmt: skip
    """The goods change hands, by the code or an identity document. What is not taken goes back to the shelf.

    `collected` is units by line; None is everything. Against expiry exactly one of the two happens. Raises WrongState,
    NotTheCode, WrongCode (count it afterwards, with `count_wrong_code`), AgeNotProven and WrongQuantity.
    """
    with transaction.atomic():
        _may(pickup, "handover")
        _prove(pickup, code=code, id_checked=id_checked)
        if not id_checked and (age := age_to_prove(pickup)):
            raise AgeNotProven(
                f"Some of it may be handed over from the age of {age} on: check an identity document.",
                errors=[{"pointer": "/id_checked", "detail": "The code does not tell an age; set id_checked."}],
            )
        lines = {line.line_id: line.units for line in pickup.lines.all()}
        taken = dict(collected) if collected is not None else dict(lines)
        _check(pickup, taken, lines)
        if not any(taken.values()):
            raise WrongQuantity("Nothing would be handed over; reject the pickup instead, or let it expire.")
        whole = all(taken.get(line_id, 0) == units for line_id, units in lines.items())
        proof = Proof.ID if id_checked else Proof.CODE
        _move(
            pickup, "handover", to=PickupState.HANDED_OVER if whole else PickupState.COLLECTED_PARTIAL, staff=by,
            collected_by=collected_by or pickup.customer_name, proof=proof, ended_at=now,
        )  # fmt: skip
        for line_id, units in taken.items():
            PickupLine.objects.filter(pickup=pickup, line_id=line_id).update(collected=units)
        _note(pickup, pickup.state, by=by, collected=taken, collected_by=pickup.collected_by, proof=proof.value)
        tell(pickup, "pickup.handed_over", whole=whole)
    return pickup


def _prove(pickup: Pickup, *, code: str, id_checked: bool) -> None:
    if id_checked:
        return
    if not code:
        raise NotTheCode(
            "Ask for the code, or check an identity document.",
            errors=[{"pointer": "/code", "detail": "Give the code, or set id_checked."}],
        )
    if not Pickup.objects.filter(id=pickup.id, wrong_codes__lt=codes.TRIES).exists():
        raise NotTheCode(f"There were {codes.TRIES} wrong codes; check an identity document and set id_checked.")
    if not codes.matches(pickup.id, code):
        raise WrongCode(
            "This is not the code of this pickup. Ask for it again, or check an identity document.",
            errors=[{"pointer": "/code", "detail": "Not the code of this pickup."}],
        )


def age_to_prove(pickup: Pickup) -> int:
    """From which age on all of it may be handed over; 0: any."""
    return max((line.min_age for line in pickup.lines.all()), default=0)


def count_wrong_code(pickup: Pickup) -> None:
    """Note that somebody guessed. In a commit of its own: what the guess came with has been refused as a whole."""
    Pickup.objects.filter(id=pickup.id).update(wrong_codes=F("wrong_codes") + 1)


def reject(pickup: Pickup, *, by: str, reason: RejectReason, note: str = "", now: datetime) -> Pickup:
    """The store cannot hand it over. Tells the journey, which looks for another way."""
    with transaction.atomic():
        _move(pickup, "reject", staff=by, reject_reason=reason, reject_note=note[:500], ended_at=now)
        _note(pickup, "rejected", by=by, reason=str(reason), note=note[:500])
        tell(pickup, "pickup.rejected", reason=str(reason))
    return pickup


def withdraw(*, order_number: str, now: datetime) -> bool:
    """The order is taken back: nothing is to be handed over any more. False if a pickup of it was handed over."""
    with transaction.atomic():
        for pickup in Pickup.objects.filter(order_number=order_number, state__in=decisions.OPEN):
            _move(pickup, "withdraw", ended_at=now)
            _note(pickup, "withdrawn")
        gone = [PickupState.HANDED_OVER, PickupState.COLLECTED_PARTIAL]
        return not Pickup.objects.filter(order_number=order_number, state__in=gone).exists()


def settled(pickup: Pickup, *, now: datetime) -> None:
    """What the counter did is in the other books, and nothing more follows from it. For the journey that waits."""
    if Pickup.objects.filter(id=pickup.id, settled_at=None).update(settled_at=now):
        tell(pickup, "pickup.settled")


def _check(pickup: Pickup, asked: Mapping[str, int], most: Mapping[str, int]) -> None:
    wrong = decisions.wrong_quantities(asked, most=most)
    if wrong:
        raise WrongQuantity(
            "Correct the quantities named in errors; nothing was changed.",
            errors=[{"pointer": "/lines", "detail": f"line {line_id}: {detail}"} for line_id, detail in wrong],
        )


def _move(pickup: Pickup, move: str, *, to: str = "", **changes: Any) -> None:
    """One move, if the pickup is where it may begin; the database is the referee. Raises WrongState."""
    since, leads_to = decisions.MOVES[move]
    state = to or leads_to
    moved = Pickup.objects.filter(id=pickup.id, state__in=since).update(state=state, **changes)
    if not moved:
        raise _wrong_state(pickup)
    pickup.state = state
    for name, value in changes.items():
        setattr(pickup, name, value)


def _may(pickup: Pickup, move: str) -> None:
    """The state goes before whatever else is wrong with a request. Raises WrongState."""
    if not Pickup.objects.filter(id=pickup.id, state__in=decisions.MOVES[move][0]).exists():
        raise _wrong_state(pickup)


def _wrong_state(pickup: Pickup) -> WrongState:
    state = Pickup.objects.values_list("state", flat=True).get(id=pickup.id)
    may = ", ".join(decisions.allowed(state)) or "nothing more"
    return WrongState(f"It is {PickupState(state).label}; what can be done now: {may}.")


def _note(pickup: Pickup, name: str, *, by: str = "", **detail: Any) -> None:
    PickupEvent.objects.create(pickup=pickup, name=name, by=by, detail=detail, correlation_id=correlation.current())


def tell(pickup: Pickup, name: str, **data: Any) -> None:
    """Write what happened into the outbox, in the caller's transaction. Never the code."""
    outbox.add(
        name=name,
        aggregate=f"order:{pickup.order_number}",
        data={
            "order_number": pickup.order_number, "channel": pickup.channel, "pickup_id": str(pickup.id),
            "node": pickup.node, **data,
        },
    )  # fmt: skip
