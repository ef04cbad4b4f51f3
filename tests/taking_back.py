"""Sales that have left, goods that come back, and what must hold once both are through: for tests of the journey."""

from typing import Any

import requests
from django.conf import settings
from django.db.models import Sum

from canonical.money import Money
from canonical.order import Order as Bought
from canonical.order import Tender, TenderState
from process_apis.engine.models import ProcessRun, RunState
from process_apis.ledger import queries as ledger
from process_apis.ledger.models import JournalEntry, JournalLine
from process_apis.orders.models import Order
from process_apis.return_to_refund import inspecting, opening, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns.models import Disposition, ReceiptLine, Return
from process_apis.stock.models import StockPosition
from retail_platform.demo.seed import TOKENS
from retail_platform.kernel import clock
from system_apis.erp.gateway import erp
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, books

Balance = dict[tuple[str, str], int]


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def in_dollars() -> Bought:
    """One boot for 119.00 dollars, of which 19.00 are tax."""
    line = a_line(unit_price=usd(11900), discount=usd(0), tax=usd(1900))
    card = Tender(kind="card", amount=usd(11900), state=TenderState.TOKEN, reference="tok_visa")
    money = {"currency": "USD", "shipping": usd(0), "shipping_tax": usd(0), "total": usd(11900)}
    return Bought(**{**dict(an_order()), "channel": "us", "lines": (line,), "tenders": (card,), **money})


def shipped(play: Play, order: Bought | None = None, **changes: Any) -> Order:
    """An order that has left, is paid and booked: two boots and a coat at 119.00 each, unless told otherwise."""
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    lines = (a_line(quantity=2, tax=eur(3800)), a_line(line_id="2", sku="COAT-1"))
    placed = play.place(order or an_order(**{"lines": lines, **changes}))
    play.go()
    play.parcels_leave(placed.number)
    return Order.objects.get(id=placed.id)


def asks(order: Order, units: dict[str, int], *, key: str = "r-1", **changes: Any) -> Return:
    """A return of these units by line, as the customer opens it."""
    lines = [Asked(line_id, count) for line_id, count in units.items()]
    return opening.open_return(number=order.number, key=key, lines=lines, now=clock.now(), **changes)


def comes_back(
    parent: Return, disposition: Disposition = Disposition.RESTOCK, *, node: str = "WH-1", units: int | None = None
) -> None:
    """All of it arrives, or so many units of each line, and somebody looks at it."""
    came = [Came(line.sku, units or line.units, line.line_id) for line in parent.lines.all()]
    receiving.receive(key=f"rec-{parent.number}", node=node, lines=came, now=clock.now(), return_number=parent.number)
    for line in ReceiptLine.objects.filter(receipt__parent=parent):
        inspecting.inspect(line.id, disposition=disposition, by="Ina", now=clock.now())


def taken_back(play: Play, order: Order, units: dict[str, int], **changes: Any) -> Return:
    """A return from its opening to wherever its journey comes to rest."""
    parent = asks(order, units, **changes)
    comes_back(parent)
    play.go()
    parent.refresh_from_db()
    return parent


def at(sku: str, node: str = "WH-1") -> tuple[int, int]:
    """On hand, and in quarantine of that."""
    position = StockPosition.objects.filter(sku=sku, node=node).first()
    return (position.on_hand, position.quarantine) if position else (0, 0)


def credit_memos(play: Play, number: str) -> list[dict[str, Any]]:
    """The ERP's own credit memos of an order."""
    proof = {"Authorization": f"Bearer {TOKENS['erp']['token']}"}
    asked = {"orderNumber": number}
    answer = requests.get(f"{play.sandbox.url}/erp/creditMemos", params=asked, headers=proof, timeout=10)
    return list(answer.json()["value"])


def owed(number: str) -> int:
    """What our ledger says customers are owed because of an order, and has not been given back."""
    return -books(number).get("RFL", 0)


def sums_up(play: Play) -> None:
    """Both ledgers and the tax engine agree, each entry reached the ERP once, nothing was done twice or is parked."""
    outside = play.sandbox.control("GET", "/statement")
    assert _ours() == _theirs()
    assert _tax() == {currency: minor for currency, minor in outside["tax"]["committed"].items() if minor}
    posted = play.sandbox.effects(system="erp", operation="post_journal")
    assert len(posted) == JournalEntry.objects.count()
    assert outside["doubled"] == []
    assert list(ProcessRun.objects.filter(state=RunState.PARKED).values_list("process", "step", "error")) == []


def _ours() -> Balance:
    rows = ledger.trial_balance(entity=settings.LEGAL_ENTITY)
    return {(row.account, row.balance.currency): row.balance.minor for row in rows if row.balance.minor}


def _tax() -> dict[str, int]:
    """What the ledger owes of tax, by currency."""
    rows = JournalLine.objects.filter(account__role="TAX").values_list("entry__currency").annotate(Sum("amount_minor"))
    return {currency: -int(minor) for currency, minor in rows.order_by() if minor}


def _theirs() -> Balance:
    rows = erp().trial_balance(entity=settings.LEGAL_ENTITY)
    return {(row.account, row.balance.currency): row.balance.minor for row in rows if row.balance.minor}
