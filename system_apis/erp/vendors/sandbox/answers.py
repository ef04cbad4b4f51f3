"""What the pretend ERP answers, read strictly and given its canonical meaning."""

from collections.abc import Mapping

from pydantic import Field

from canonical.journal import AccountBalance
from canonical.money import Money
from canonical.stock import StockLevel, StockSnapshot
from canonical.value import Instant
from system_apis.errors import ContractBroken
from system_apis.terms import CallKey, VendorRef
from system_apis.transport.answer import Answer
from system_apis.transport.shape import Shape, meaning, read


class _Document(Shape):
    id: str = Field(min_length=1)
    externalRef: str  # noqa: N815 - the vendor's word


class _Documents(Shape):
    value: list[_Document]


class _Order(_Document):
    status: str


class _SalesOrder(_Order):
    orderNumber: str  # noqa: N815


class _OrderedLine(Shape):
    lineId: str  # noqa: N815
    quantity: int


class _ReducedOrder(_Order):
    lines: list[_OrderedLine]


class _SalesOrders(Shape):
    value: list[_SalesOrder]


class _BalanceRow(Shape):
    accountNumber: str = Field(min_length=1)  # noqa: N815
    currency: str
    balance: str


class _Balances(Shape):
    company: str
    value: list[_BalanceRow]


class _CountRow(Shape):
    itemNumber: str = Field(min_length=1)  # noqa: N815
    quantityOnHand: int  # noqa: N815


class _Counts(Shape):
    location: str
    entryNumber: int = Field(ge=0)  # noqa: N815
    takenAt: Instant = Field(strict=False)  # noqa: N815
    value: list[_CountRow]


def read_made(answer: Answer, *, key: CallKey) -> VendorRef:
    """The document just made. Raises ContractBroken when it does not carry our reference."""
    made = read(_Document, answer)
    if made.externalRef != key.value:
        raise ContractBroken("externalRef: the document made is not the one we sent", evidence=answer.evidence)
    return VendorRef(made.id)


def read_found(answer: Answer, *, key: CallKey) -> VendorRef | None:
    """The document with our reference, if the search shows one. A search may answer more than was asked for."""
    ours = [found.id for found in read(_Documents, answer).value if found.externalRef == key.value]
    if len(ours) > 1:
        told = f"externalRef: {', '.join(ours)} all carry {key.value}; cancel all but one in the ERP, then resume"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(ours[0]) if ours else None


def read_found_order(answer: Answer, *, number: str) -> VendorRef | None:
    """The open order under our number, if the search shows one. Raises ContractBroken for several."""
    ours = [one.id for one in read(_SalesOrders, answer).value if one.orderNumber == number and one.status == "open"]
    if len(ours) > 1:
        told = f"orderNumber: {', '.join(ours)} are all open under {number}; cancel all but one in the ERP, then resume"
        raise ContractBroken(told, evidence=answer.evidence)
    return VendorRef(ours[0]) if ours else None


def read_cancelled(answer: Answer) -> None:
    """Raises ContractBroken unless the order is cancelled now."""
    order = read(_Order, answer)
    if order.status != "cancelled":
        raise ContractBroken(f"status: order {order.id} is {order.status}, not cancelled", evidence=answer.evidence)


def read_reduced(answer: Answer, *, remains: Mapping[str, int]) -> None:
    """Raises ContractBroken unless the order has the quantities we asked for."""
    has = {line.lineId: line.quantity for line in read(_ReducedOrder, answer).lines}
    if wrong := [name for name, quantity in remains.items() if has.get(name) != quantity]:
        raise ContractBroken(f"lines: {', '.join(wrong)} have another quantity than asked", evidence=answer.evidence)


def read_balances(answer: Answer, *, entity: str) -> tuple[AccountBalance, ...]:
    """The trial balance of one entity. Raises ContractBroken, also when it is another's."""
    said = read(_Balances, answer)
    _same("company", said.company, entity, answer)
    with meaning("the trial balance", evidence=answer.evidence):
        return tuple(
            AccountBalance(account=row.accountNumber, balance=Money.of(row.balance, row.currency)) for row in said.value
        )


def read_counts(answer: Answer, *, node: str) -> StockSnapshot:
    """What the ERP says lies in one node. Raises ContractBroken, also when it is another's."""
    said = read(_Counts, answer)
    _same("location", said.location, node, answer)
    with meaning("the stock snapshot", evidence=answer.evidence):
        levels = tuple(StockLevel(sku=row.itemNumber, node=node, on_hand=row.quantityOnHand) for row in said.value)
        return StockSnapshot(node=node, watermark=said.entryNumber, taken_at=said.takenAt, levels=levels)


def _same(field: str, said: str, asked: str, answer: Answer) -> None:
    if said != asked:
        raise ContractBroken(f"{field}: we asked for {asked}, this is {said}", evidence=answer.evidence)
