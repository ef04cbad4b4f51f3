"""What a tax engine is asked and answers. Rates in basis points would lose precision, so engines give amounts."""

from datetime import date
from typing import Annotated

from pydantic import Field

from canonical.money import Money
from canonical.order import Address
from canonical.value import Value


class TaxLine(Value):
    """An amount to be taxed. `amount` contains the tax when the document says so."""

    line_id: str
    sku: str
    tax_code: str
    amount: Money


class TaxDocument(Value):
    """One document to quote or commit. `code` names it for good: the same code is the same document."""

    code: Annotated[str, Field(min_length=1, max_length=120)]
    date: date
    ship_to: Address
    taxes_included: bool
    lines: tuple[TaxLine, ...]


class TaxAmount(Value):
    line_id: str
    tax: Money
    jurisdiction: str


class TaxResult(Value):
    """The tax for each line of a document, in the order asked."""

    code: str
    amounts: tuple[TaxAmount, ...]
