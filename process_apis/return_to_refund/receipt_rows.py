"""What is written down of goods that came back: bundles taken apart, at what they cost, with what their serials say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node, Product
from process_apis.orders import serials
from process_apis.orders.models import OrderLine
from process_apis.return_to_refund import suspects
from process_apis.returns import goods, queries
from process_apis.returns.models import Disposition, ReceiptLine, Return, ReturnLine
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


def rows_of(parent: Return | None, lines: Sequence[Came], *, node: str) -> list[goods.Row]:
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
