"""Chargebacks and refunds that bounce: what a payment provider tells us of money we thought was settled."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from canonical.money import Money
from canonical.value import Instant, Value

Reference = Annotated[str, Field(min_length=1, max_length=120)]


class DisputeStanding(StrEnum):
    """Who has the money, or is about to."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DisputeReport(Value):
    """The customer's bank takes back what we captured. `fee` is what the provider keeps for it, won or lost."""

    reference: Reference
    capture: Reference
    amount: Money
    fee: Money
    standing: DisputeStanding
    reason: Annotated[str, Field(max_length=120)] = ""
    answer_by: Instant | None = None
    at: Instant


class RefundFailure(Value):
    """Money we gave back could not be delivered, and is with the provider again."""

    refund: Reference
    amount: Money
    reason: Annotated[str, Field(max_length=200)] = ""
