"""The goods change hands at the counter, once whoever came has shown that they are theirs."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from process_apis.pickups import codes, moves
from process_apis.pickups.models import Pickup, PickupLine, PickupState, Proof
from retail_platform.kernel.problem import Unprocessable


class NotTheCode(Unprocessable):
    """Neither the code nor an identity document was shown. Nothing was handed over."""

    kind, title = "pickup-not-proven", "The one who came has not shown that the goods are theirs"


class WrongCode(NotTheCode):
    """A code was shown, and it is another one. After five of them only an identity document helps."""

    kind, title = "pickup-wrong-code", "This is not the code of this pickup"


class AgeNotProven(Unprocessable):
    """Some of the goods have an age limit, and nobody has seen a document. Nothing was handed over."""

    kind, title = "pickup-age-not-proven", "The age of the one who came is not proven"


def hand_over(
    pickup: Pickup, *, by: str, collected_by: str, code: str = "", id_checked: bool = False,
    collected: Mapping[str, int] | None = None, now: datetime,
) -> Pickup:  # fmt: skip
    """The goods change hands, by the code or an identity document. What is not taken goes back to the shelf.

    `collected` is units by line; None is everything. Against expiry exactly one of the two happens. Raises WrongState,
    NotTheCode, WrongCode (count it afterwards, with `count_wrong_code`), AgeNotProven and WrongQuantity.
    """
    with transaction.atomic():
        moves.may_begin(pickup, "handover")
        _prove(pickup, code=code, id_checked=id_checked)
        if not id_checked and (age := age_to_prove(pickup)):
            raise AgeNotProven(
                f"Some of it may be handed over from the age of {age} on: check an identity document.",
                errors=[{"pointer": "/id_checked", "detail": "The code does not tell an age; set id_checked."}],
            )
        lines = {line.line_id: line.units for line in pickup.lines.all()}
        taken = dict(collected) if collected is not None else dict(lines)
        moves.check_quantities(pickup, taken, lines)
        if not any(taken.values()):
            raise moves.WrongQuantity("Nothing would be handed over; reject the pickup instead, or let it expire.")
        whole = all(taken.get(line_id, 0) == units for line_id, units in lines.items())
        proof = Proof.ID if id_checked else Proof.CODE
        moves.make(
            pickup, "handover", to=PickupState.HANDED_OVER if whole else PickupState.COLLECTED_PARTIAL, staff=by,
            collected_by=collected_by or pickup.customer_name, proof=proof, ended_at=now,
        )  # fmt: skip
        for line_id, units in taken.items():
            PickupLine.objects.filter(pickup=pickup, line_id=line_id).update(collected=units)
        moves.note(pickup, pickup.state, by=by, collected=taken, collected_by=pickup.collected_by, proof=proof.value)
        moves.tell(pickup, "pickup.handed_over", whole=whole)
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
