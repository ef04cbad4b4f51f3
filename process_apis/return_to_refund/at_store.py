"""A customer stands at the counter with goods: taken back in one commit.

The goods are in our hands, so return, receipt and, where staff have looked at them, disposition are written together;
the journey pays. What a marketplace sold, the marketplace pays back; we only take the goods and tell it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order
from process_apis.return_to_refund import inspecting, opening, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import queries
from process_apis.returns.models import Disposition, Return
from retail_platform.kernel.problem import Unprocessable

STORE = "store"


class NotAtThisStore(Unprocessable):
    """There is no such store, or it takes nothing back."""

    kind, title = "not-a-store", "Goods cannot be taken back here"


@dataclass(frozen=True, slots=True)
class Handed:
    """Units a customer puts on the counter. `disposition` is "" where somebody else is to look at them."""

    sku: str
    units: int
    line_id: str = ""
    condition: str = "new"
    serial: str = ""
    disposition: str = ""
    suspect: str = ""


@transaction.atomic
def with_receipt(
    *,
    key: str,
    order: Order,
    node: str,
    handed: Sequence[Handed],
    staff: str,
    now: datetime,
    settle_as: str = "",
    reason: str = "",
    expected: Money | None = None,
) -> Return:
    """Take back what an order was sold with; `expected` is what the customer was told.

    Raises what opening and receiving a return raise.
    """
    if standing := queries.by_key(key):
        return standing
    parent = opening.open_return(
        number=order.number,
        key=key,
        lines=[Asked(each.line_id, each.units, each.condition) for each in handed],
        channel=STORE,
        requested_by=staff,
        reason=reason,
        node=store_of(node),
        expected=expected,
        now=now,
    )
    if settle_as and not sold_by_channel(order):
        Return.objects.filter(id=parent.id).update(settled_as=settle_as)
    take_in(parent, handed, staff=staff, now=now)
    parent.refresh_from_db()
    return parent


def sold_by_channel(order: Order) -> bool:
    """Did a marketplace or another shop take the money, so that it alone can give it back?"""
    return any(payment.settled_by == SettledBy.CHANNEL for payment in order.payments.all())


@transaction.atomic
def announced(*, key: str, number: str, node: str, handed: Sequence[Handed], staff: str, now: datetime) -> Return:
    """Take in what a customer announced before, wherever it was to come back to. Its money goes as was agreed.

    Raises NoSuchReturn, NotAtThisStore, ReceiptRefused and WrongState.
    """
    parent = queries.one(number)
    take_in(parent, handed, key=key, node=store_of(node), staff=staff, now=now)
    parent.refresh_from_db()
    return parent


def take_in(
    parent: Return, handed: Sequence[Handed], *, staff: str, now: datetime, key: str = "", node: str = ""
) -> None:
    """The goods of a return are here; what staff have looked at is disposed of at once."""
    came = [Came(each.sku, each.units, each.line_id, each.condition, each.serial, each.suspect) for each in handed]
    receipt = receiving.receive(
        key=key or f"store:{parent.number}", node=node or parent.node, lines=came, by=staff,
        return_number=parent.number, now=now,
    )  # fmt: skip
    looked: Mapping[tuple[str, str], Handed] = {(each.line_id, each.sku): each for each in handed}
    # What is suspect is not the store's to dispose of, and what was sent twice is disposed of already.
    for line in receipt.lines.filter(suspect="", disposition=Disposition.PENDING):
        seen = looked.get((line.line_id, line.sku)) or looked.get(("", line.sku))
        if seen and seen.disposition:
            inspecting.inspect(line.id, disposition=Disposition(seen.disposition), by=staff, now=now)


def store_of(node: str) -> str:
    """A node where customers bring goods back. Raises NotAtThisStore."""
    if node not in catalog.nodes():
        raise NotAtThisStore(
            f"there is no store {node!r}; send the code of the store that has the goods",
            errors=[{"pointer": "/node", "detail": f"there is no store {node!r}"}],
        )
    return node
