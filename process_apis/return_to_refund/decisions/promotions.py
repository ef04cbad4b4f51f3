"""So much off from so much on: what of it customers have to earn with what they keep. Smallest units. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of goods: units that were not cancelled, those that are back, the price of one before the discount, and
    what the promotion has taken off all of them, as the customer would have paid it."""

    line_id: str
    units: int
    returned: int
    price_minor: int
    off_minor: int = 0


def stays(lines: Sequence[Bought]) -> int:
    """What the goods that stay cost without the promotion."""
    return sum(line.price_minor * (line.units - line.returned) for line in lines)


def unearned(lines: Sequence[Bought], *, from_minor: int) -> int:
    """What is off for goods that stay, where too few stay to earn it."""
    if stays(lines) >= from_minor:
        return 0
    return sum(line.off_minor - line.off_minor * line.returned // line.units for line in lines if line.units)


def lost(before: Sequence[Bought], after: Sequence[Bought], *, from_minor: int) -> int:
    """What a return loses of the promotion. Below zero: it brings back what an earlier one lost by what comes now.

    Whatever the steps, all of it together is as if everything had come back at once. Where cancelling has left too
    little nobody has chosen to keep less, and nothing is lost.
    """
    at_first = [replace(line, returned=0) for line in before]
    if unearned(at_first, from_minor=from_minor):
        return 0
    return unearned(after, from_minor=from_minor) - unearned(before, from_minor=from_minor)
