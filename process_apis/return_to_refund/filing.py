"""File tax that a credit memo took back, or that is owed again: what was charged, never worked out anew."""

from dataclasses import dataclass
from datetime import date

from canonical.money import Money
from canonical.order import Address
from canonical.tax import TaxAmount, TaxDocument, TaxLine, TaxResult
from process_apis.orders.models import Order
from system_apis.tax.gateway import tax
from system_apis.terms import CallKey


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a tax document: net of tax and its tax, below zero where they are taken back."""

    name: str
    sku: str
    tax_code: str
    net_minor: int
    tax_minor: int


def file(order: Order, parts: list[Part], *, code: str, on: date, key: CallKey) -> str:
    """Commit a document under our own code. Returns the engine's reference."""
    ship_to = Address(**order.ship_to)

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=order.currency)

    document = TaxDocument(
        code=code,
        date=on,
        ship_to=ship_to,
        taxes_included=order.taxes_included,
        lines=tuple(
            TaxLine(
                line_id=part.name, sku=part.sku, tax_code=part.tax_code,
                amount=money(part.net_minor + (part.tax_minor if order.taxes_included else 0)),
            )
            for part in parts
        ),
    )  # fmt: skip
    charged = TaxResult(
        code=code,
        amounts=tuple(
            TaxAmount(line_id=part.name, tax=money(part.tax_minor), jurisdiction=ship_to.country) for part in parts
        ),
    )
    return tax().commit(document, charged, key=key).value
