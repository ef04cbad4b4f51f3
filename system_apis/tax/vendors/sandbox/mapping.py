"""Tax documents, from and to the pretend engine's shape: a code, an address, numbered lines in minor units."""

from typing import Any, Literal

from canonical.money import Money
from canonical.tax import TaxAmount, TaxDocument, TaxResult
from system_apis.errors import ContractBroken, Refused
from system_apis.terms import VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read


class _Detail(Shape):
    jurisName: str  # noqa: N815 - the vendor's word


class _Line(Shape):
    lineNumber: str  # noqa: N815
    tax: int
    details: list[_Detail]


class _Document(Shape):
    code: str
    status: str
    currencyCode: str  # noqa: N815
    totalTax: int  # noqa: N815
    lines: list[_Line]


def to_document(document: TaxDocument, *, charged: TaxResult | None = None) -> dict[str, Any]:
    """A document to quote, or with the tax that was `charged`, to file. Raises Refused when it has no lines."""
    if not document.lines:
        raise Refused(f"tax document {document.code} has no lines; there is nothing to tax", code="no_lines")
    taxes = {amount.line_id: amount.tax.minor for amount in charged.amounts} if charged else {}
    filed = "ReturnInvoice" if sum(line.amount.minor for line in document.lines) < 0 else "SalesInvoice"
    return {
        "code": document.code,
        "type": filed if charged else "SalesOrder",
        "date": document.date.isoformat(),
        "currencyCode": document.lines[0].amount.currency,
        "addresses": {
            "shipTo": {
                "line1": document.ship_to.line1,
                "city": document.ship_to.city,
                "region": document.ship_to.region,
                "postalCode": document.ship_to.postcode,
                "country": document.ship_to.country,
            }
        },
        "lines": [
            {
                "number": line.line_id,
                "itemCode": line.sku,
                "taxCode": line.tax_code,
                "amount": line.amount.minor,
                "taxIncluded": document.taxes_included,
                **({"taxCharged": taxes[line.line_id]} if line.line_id in taxes else {}),
            }
            for line in document.lines
        ],
    }


def read_result(answer: Answer, *, document: TaxDocument) -> TaxResult:
    """The tax of each line, in the order asked. Raises ContractBroken for missing lines and sums that do not foot."""
    said = read(_Document, answer)
    currency = document.lines[0].amount.currency
    asked, answered = [line.line_id for line in document.lines], [line.lineNumber for line in said.lines]
    if asked != answered:
        raise ContractBroken("lines: they are not the ones we asked for, in our order", evidence=answer.evidence)
    if said.currencyCode != currency:
        told = f"currencyCode: we asked in {currency}, this is {said.currencyCode}"
        raise ContractBroken(told, evidence=answer.evidence)
    if said.totalTax != sum(line.tax for line in said.lines):
        raise ContractBroken("totalTax: it is not the sum of the lines", evidence=answer.evidence)
    with meaning("the tax", evidence=answer.evidence):
        return TaxResult(
            code=document.code,
            amounts=tuple(
                TaxAmount(
                    line_id=line.lineNumber,
                    tax=Money(minor=line.tax, currency=currency),
                    jurisdiction="+".join(detail.jurisName for detail in line.details),
                )
                for line in said.lines
            ),
        )


def read_filed(answer: Answer, *, code: str, status: Literal["Committed", "Cancelled"]) -> VendorRef:
    """The document on file. Raises ContractBroken when it is another, or in another state."""
    said = read(_Document, answer)
    if said.code != code or said.status != status:
        told = f"status: document {said.code} is {said.status}, we wanted {code} {status}"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(said.code)
