"""How the money goes back: which tender of the order gets how much of a refund."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paid:
    """One taking of a tender: what was taken and is not given back, on its way back, or disputed.

    `restores` says how money can go back to it: original, gift_card, store_credit, channel, cash, claim, none.
    """

    payment: int
    kind: str
    left_minor: int
    restores: str
    taken_reference: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One part of a refund: to which tender (None: to none of the order's), how, how much."""

    payment: int | None
    way: str
    amount_minor: int
    taken_reference: str = ""


def ways(total_minor: int, *, paid: Sequence[Paid], instead: str = "store_credit") -> list[Way]:
    """Split a refund over the tenders in the order given; what cannot go back to one goes the way `instead`.

    Never more to a tender than was taken with it. Raises ValueError when all of them together were not paid so much.
    """
    left, found = total_minor, []
    for tender in paid:
        part = min(left, tender.left_minor)
        if part > 0:
            way = instead if tender.restores == "none" else tender.restores
            found.append(Way(tender.payment, way, part, tender.taken_reference))
            left -= part
    if left > 0:
        raise ValueError(f"{left} smallest units more than was paid with all tenders and not given back yet")
    return found


def takings(takings: Sequence[tuple[str, int]], *, given_minor: int) -> list[tuple[str, int]]:
    """What is left of each taking of a tender, (reference, amount), after `given_minor` went back, the first first."""
    found = []
    for reference, minor in takings:
        gone = min(given_minor, minor)
        given_minor -= gone
        if minor > gone:
            found.append((reference, minor - gone))
    return found
