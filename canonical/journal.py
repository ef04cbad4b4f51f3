"""What business events mean to the general ledger."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from canonical.money import Money
from canonical.value import Value


class Posting(Value):
    """One line of an entry. Debits are positive, credits negative."""

    account: Annotated[str, Field(min_length=1, max_length=32)]
    amount: Money
    memo: Annotated[str, Field(max_length=200)] = ""


class JournalEntry(Value):
    """What one sale, capture or refund means to the general ledger: at least two postings that add up to nothing."""

    reference: Annotated[str, Field(min_length=1, max_length=120)]
    entity: Annotated[str, Field(min_length=1, max_length=32)]
    purpose: Annotated[str, Field(min_length=1, max_length=64)]
    source_event: Annotated[str, Field(min_length=1, max_length=120)]
    booked_on: date  # the ledger's business day, not the clock's
    postings: Annotated[tuple[Posting, ...], Field(min_length=2, max_length=1000)]

    @model_validator(mode="after")
    def balances(self) -> Self:
        if len({posting.amount.currency for posting in self.postings}) != 1:
            raise ValueError(f"journal entry {self.reference} mixes currencies")
        if sum(posting.amount.minor for posting in self.postings) != 0:
            raise ValueError(f"journal entry {self.reference} does not balance")
        return self


class AccountBalance(Value):
    """The sum of all postings to one account in one currency."""

    account: str
    balance: Money


class InvoiceLine(Value):
    """One line of an invoice; `net` has no tax in it."""

    sku: str
    quantity: int
    net: Money
    tax: Money


class Invoice(Value):
    """The claim for one parcel."""

    number: Annotated[str, Field(min_length=1, max_length=64)]
    order_number: str
    issued_on: date
    lines: tuple[InvoiceLine, ...]
    shipping_net: Money
    shipping_tax: Money
    total: Money


class CreditMemo(Value):
    """The reversal of a claim, or of a part of it: what a customer is owed for what came back.

    `invoices` are the claims it goes back to; `kept` is what is not given back (fees, promotions not earned any
    more); below zero it gives back what an earlier one kept, since nothing stays that it was kept of.
    """

    number: Annotated[str, Field(min_length=1, max_length=64)]
    order_number: str
    invoices: tuple[str, ...]
    issued_on: date
    lines: tuple[InvoiceLine, ...]
    shipping_net: Money
    shipping_tax: Money
    kept: Money
    total: Money
