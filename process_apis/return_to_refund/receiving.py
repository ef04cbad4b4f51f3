"""Goods come back: kept and counted at once, in quarantine, whoever's they are; then looked at, and put where they go.

A receipt may come before anybody announced a return, or without one. It is shown until somebody says whose it is.
Our books of money follow by the journeys RECEIPT and DISPOSAL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from canonical.money import Money
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node, Product
from process_apis.orders import serials
from process_apis.orders.models import OrderLine
from process_apis.return_to_refund import movements, suspects, vendor_returns
from process_apis.returns import goods, queries, services
from process_apis.returns.models import Disposition, Receipt, ReceiptLine, Return, ReturnLine, ReturnState
from process_apis.stock import services as stock
from retail_platform.kernel.problem import Unprocessable


class ReceiptRefused(Unprocessable):
    """The goods do not fit what was announced, or nobody knows them; `errors` says which line and why."""

    kind, title = "receipt-refused", "These goods cannot be received like this"


@dataclass(frozen=True, slots=True)
class Came:
    """Units of one sku that came back. `line_id` is the order's; empty: found by the sku."""

    sku: str
    units: int
    line_id: str = ""
    condition: str = "new"
    serial: str = ""
    suspect: str = ""


@transaction.atomic
def receive(
    *, key: str, node: str, lines: Sequence[Came], now: datetime, by: str = "", return_number: str = ""
) -> Receipt:
    """Take goods in, once for `key`. Raises NoSuchReturn, ReceiptRefused and WrongState."""
    standing = Receipt.objects.filter(key=key).first()
    if standing:
        return standing
    parent = queries.one(return_number) if return_number else None
    if parent and parent.state in (*queries.OVER, ReturnState.CLOSED):
        raise services.WrongState(
            f"return {parent.number} is {parent.state}; without its number the goods are received, kept and shown"
        )
    rows = _rows(parent, lines, node=node)
    receipt, new = goods.keep(key=key, parent=parent, node=node, by=by, rows=rows, now=now)
    if new:
        stock.move([move for line in receipt.lines.all() for move in movements.into_quarantine(line, now)])
        for line in receipt.lines.exclude(suspect=""):
            suspects.report(line)
        if parent is None:
            _ask_whose(receipt)
    return receipt


@transaction.atomic
def attach(receipt: Receipt, return_number: str, *, by: str) -> Receipt:
    """Say whose goods these are. Raises NoSuchReturn, ReceiptRefused and WrongState."""
    parent = queries.one(return_number)
    came = [Came(line.sku, line.units, line.line_id, line.condition, line.serial) for line in receipt.lines.all()]
    rows = _rows(parent, came, node=receipt.node)
    goods.attach(receipt, parent, line_ids=[row.line_id for row in rows], by=by)
    return receipt


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


def _rows(parent: Return | None, lines: Sequence[Came], *, node: str) -> list[goods.Row]:
    """What is written down of each line, bundles taken apart. Raises ReceiptRefused for all that is wrong at once."""
    products = {p.sku: p for p in Product.objects.filter(sku__in={line.sku for line in lines})}
    bundles = catalog.bundles([line.sku for line in lines])
    wrong = [] if Node.objects.filter(code=node).exists() else [("/node", f"there is no node {node!r}")]
    rows: list[goods.Row] = []
    for place, line in enumerate(lines):
        if line.sku not in products:
            wrong.append((f"/lines/{place}/sku", f"there is no product {line.sku!r}; cross the code or add it"))
            continue
        found = _of(parent, line, bundles) if parent else ""
        if found is None:
            wrong.append((f"/lines/{place}", f"{line.sku} is not among what return {parent and parent.number} is of"))
            continue
        for sku, units in bundles.get(line.sku, {line.sku: 1}).items():
            rows.append(_row(parent, replace(line, sku=sku, units=units * line.units, line_id=found)))
    if parent and not wrong:
        wrong += _too_many(parent, rows)
    if wrong:
        errors = [{"pointer": pointer, "detail": why} for pointer, why in wrong]
        raise ReceiptRefused("; ".join(why for _, why in wrong)[:500], errors=errors)
    return rows


def _of(parent: Return, came: Came, bundles: Mapping[str, Mapping[str, int]]) -> str | None:
    """The line of the return that these goods are of: itself, or the bundle they are a part of."""
    lines = list(parent.lines.all())
    parts = catalog.bundles([line.sku for line in lines])
    for line in lines:
        if came.line_id in ("", line.line_id) and (line.sku == came.sku or came.sku in parts.get(line.sku, {})):
            return line.line_id
    return None


def _too_many(parent: Return, rows: Sequence[goods.Row]) -> list[tuple[str, str]]:
    """More of a sku than announced, with what came before."""
    lines = {line.line_id: line for line in parent.lines.all()}
    parts = catalog.bundles([line.sku for line in lines.values()])
    came: dict[tuple[str, str], int] = {}
    for before in queries.received(parent):
        came[before.line_id, before.sku] = came.get((before.line_id, before.sku), 0) + before.units
    found = []
    for place, row in enumerate(rows):
        line = lines[row.line_id]
        most = line.units * parts.get(line.sku, {line.sku: 1}).get(row.sku, 1)
        came[row.line_id, row.sku] = came.get((row.line_id, row.sku), 0) + row.units
        if came[row.line_id, row.sku] > most:
            found.append(
                (f"/lines/{place}/units", f"{most} x {row.sku} were announced, {came[row.line_id, row.sku]} came")
            )
    return found


def _row(parent: Return | None, came: Came) -> goods.Row:
    """Goods at what they cost when they were sold; at today's standard cost where nobody knows that."""
    line = parent.lines.filter(line_id=came.line_id, sku=came.sku).first() if parent else None
    product = Product.objects.get(sku=came.sku)
    cost = line.unit_cost_minor if line else product.cost_minor
    currency = (line.cost_currency if line else product.currency) or settings.FUNCTIONAL_CURRENCY
    return goods.Row(
        came.line_id, came.sku, came.units, came.condition, came.serial, cost * came.units, currency,
        suspect=came.suspect or _by_serial(parent, line, came),
    )  # fmt: skip


def _by_serial(parent: Return | None, line: ReturnLine | None, came: Came) -> str:
    """What the serial number says against goods: it is none that we sent, or has come back before."""
    if not parent or not came.serial:
        return ""
    earlier = ReceiptLine.objects.filter(
        receipt__parent__order_number=parent.order_number, line_id=came.line_id, sku=came.sku, serial=came.serial
    ).exclude(disposition=Disposition.TO_CUSTOMER)
    return suspects.of_serial(
        came.serial,
        announced=line.serial if line else "",
        shipped=serials.shipped(parent.order_number, line_id=came.line_id, sku=came.sku),
        units=_sent(parent.order_number, came),
        back=list(earlier.values_list("serial", flat=True)),
    )


def _sent(order_number: str, came: Came) -> int:
    """How many pieces of this have left for a line, be it the thing sold or a part of a bundle."""
    sold = OrderLine.objects.filter(order__number=order_number, line_id=came.line_id).first()
    parts = catalog.bundles([sold.sku]).get(sold.sku, {}) if sold else {}
    return sold.shipped * parts.get(came.sku, 1) if sold else 0


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


def _ask_whose(receipt: Receipt) -> None:
    what = ", ".join(f"{line.units} x {line.sku}" for line in receipt.lines.all())
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"receipt:{receipt.id}",
        subject=receipt.key,
        title=f"{what} came back to {receipt.node}, and nobody knows whose they are",
        detail=f"Receipt {receipt.key}. They lie in quarantine.",
        proposal="Open the return they belong to and attach the receipt to it; else keep or destroy the goods.",
    )
