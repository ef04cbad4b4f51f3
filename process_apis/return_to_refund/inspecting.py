"""Goods that came back are looked at, and go where they belong: out of quarantine, or they stay in it as suspect."""

from datetime import datetime

from django.db import transaction

from canonical.money import Money
from process_apis.return_to_refund import movements, suspects, vendor_returns
from process_apis.return_to_refund.receipt_rows import ReceiptRefused
from process_apis.returns import goods
from process_apis.returns.models import Disposition, ReceiptLine
from process_apis.stock import services as stock


@transaction.atomic
def inspect(
    line_id: int,
    *,
    disposition: Disposition,
    by: str,
    now: datetime,
    value: Money | None = None,
    suspect: str | None = None,
    supplier: str = "",
) -> ReceiptLine:
    """Say what becomes of goods that came back. `suspect` None leaves a suspicion as it is, "" clears it.

    What goes back to a `supplier` gets a debit note.

    Raises NoSuchReceipt, SecondPersonNeeded, and WrongState where that is settled or does not go together.
    """
    if value:
        _worth_that(line_id, value)
    line = goods.dispose(
        line_id, disposition=disposition, by=by, value_minor=value.minor if value else None, suspect=suspect, now=now
    )
    if line.suspect and disposition == Disposition.QUARANTINE:
        suspects.report(line)
    else:
        suspects.settle(line, by=by, now=now)
    if disposition != Disposition.QUARANTINE:
        stock.move(movements.out_of_quarantine(line, now))
    if disposition == Disposition.VENDOR_RETURN:
        vendor_returns.issue(line, supplier=supplier, by=by)
    return line


def _worth_that(line_id: int, value: Money) -> None:
    """Goods that are marked down are worth what they cost at most, in the currency of their cost."""
    line = ReceiptLine.objects.filter(id=line_id).first()
    if line and value.currency != (line.cost_currency or value.currency):
        raise ReceiptRefused(
            f"{line.sku} stands in the books in {line.cost_currency}",
            errors=[{"pointer": "/value/currency", "detail": f"give it in {line.cost_currency}"}],
        )
    if line and value.minor > line.cost_minor:
        most = Money(minor=line.cost_minor, currency=value.currency).text
        raise ReceiptRefused(
            f"{line.units} x {line.sku} stand in the books for {most}; marked down they are worth that at most",
            errors=[{"pointer": "/value/amount", "detail": f"{most} at most"}],
        )
