"""The cases of workflows section 2 that go another way than most returns do, each to its end in both ledgers."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from canonical.order import Tender, TenderState
from process_apis.catalog.models import Channel, FxRate
from process_apis.ledger import services as ledger
from process_apis.ledger.models import JournalEntry, Period, PeriodState
from process_apis.orders.models import Order
from process_apis.return_to_refund import advances, paying
from process_apis.returns.models import Dispute, RefundState, RefundWay, Return, ReturnKind
from process_apis.returns.services import WrongState
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueKind
from retail_platform.kernel import clock
from tests.factories import NOON, a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, books, desk, playing
from tests.returning import decide, dispute, told
from tests.sandbox_process import SandboxProcess
from tests.taking_back import asks, at, comes_back, credit_memos, in_dollars, owed, shipped, sums_up, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def the_period_closes_and_the_next_is_open() -> Period:
    """Finance has locked this month."""
    today = ledger.business_day()
    locked = Period.objects.get(first_day__lte=today, last_day__gte=today)
    after = locked.last_day + timedelta(days=1)
    ledger.open_periods(entity=locked.entity, months=[after])
    ledger.close_period(entity=locked.entity, day=today)
    return Period.objects.get(first_day=after)


def test_a_return_into_a_locked_period_is_credited_in_the_open_one_and_names_the_original(play: Play) -> None:
    order = shipped(play)
    following = the_period_closes_and_the_next_is_open()

    parent = taken_back(play, order, {"2": 1})

    memo = parent.memos.get()
    told = credit_memos(play, order.number)[0]
    assert (parent.state, memo.booked_on) == ("closed", following.first_day)
    assert set(JournalEntry.objects.filter(reference__contains=parent.number).values_list("booked_on", flat=True)) == {
        following.first_day
    }
    assert told["correctsInvoices"] == [order.parcels.get().invoice_number]
    assert told["postingDate"] == following.first_day.isoformat()
    assert (owed(order.number), at("COAT-1")) == (0, (10, 0))
    sums_up(play)


def test_with_no_period_open_a_return_is_held_for_one_and_goes_on_by_itself(play: Play) -> None:
    order = shipped(play)
    Period.objects.update(state=PeriodState.CLOSED)
    held = taken_back(play, order, {"2": 1})
    assert (held.state, held.held_for, held.memos.count()) == ("held", "period", 0)

    Period.objects.update(state=PeriodState.OPEN)
    play.later(2)

    held.refresh_from_db()
    assert (held.state, owed(order.number)) == ("closed", 0)


def test_a_sale_in_foreign_money_is_refunded_as_paid_and_the_difference_is_exchange(play: Play) -> None:
    Channel.objects.create(code="us", name="Our shop abroad", currency="USD")
    today = FxRate.objects.create(on=ledger.business_day(), base="USD", quote="EUR", rate=Decimal("0.90"), source="ECB")
    order = shipped(play, in_dollars())
    today.rate = Decimal("0.95")
    today.save()

    parent = taken_back(play, order, {"1": 1})

    refund = play.sandbox.effects(system="payments", operation="refund")[0]
    assert (parent.state, refund["amount"], refund["currency"]) == ("closed", 11900, "USD")
    difference = JournalEntry.objects.get(purpose="exchange_difference")
    legs = {line.account.role: line.amount_minor for line in difference.lines.select_related("account")}
    assert (difference.currency, legs) == ("EUR", {"FX": 500, "RET": -500})
    assert (owed(order.number), at("BOOT-42")) == (0, (10, 0))
    sums_up(play)


def test_a_return_during_a_dispute_waits_and_is_refunded_once_the_dispute_is_won(play: Play) -> None:
    order = shipped(play)
    about = dispute(play, order.payments.get())
    held = taken_back(play, order, {"2": 1})
    assert (held.state, held.held_for, held.waits_for, owed(order.number)) == ("held", "dispute", about["id"], 11900)

    decide(play, about, won=True)

    held.refresh_from_db()
    assert (held.state, owed(order.number), at("COAT-1")) == ("closed", 0, (10, 0))
    assert refunds_sent(play) == [11900]
    sums_up(play)


def test_a_return_during_a_dispute_is_paid_by_the_dispute_once_it_is_lost(play: Play) -> None:
    order = shipped(play)
    about = dispute(play, order.payments.get(), amount=11900)
    held = taken_back(play, order, {"2": 1})

    decide(play, about, won=False)

    held.refresh_from_db()
    assert (held.state, owed(order.number), refunds_sent(play)) == ("closed", 0, [])
    assert [refund.state for refund in held.refunds.all()] == [RefundState.REPLACED]
    assert books(order.number).get("CBL", 0) == 0
    sums_up(play)


def test_of_a_lost_dispute_what_is_beyond_the_return_is_a_loss(play: Play) -> None:
    order = shipped(play)
    about = dispute(play, order.payments.get())
    taken_back(play, order, {"2": 1})

    decide(play, about, won=False)

    assert (owed(order.number), books(order.number)["CBL"], refunds_sent(play)) == (0, 23800, [])
    sums_up(play)


def test_a_chargeback_after_the_refund_is_answered_with_it_and_won(play: Play) -> None:
    order = shipped(play)
    taken_back(play, order, {"1": 2, "2": 1})
    reference = play.sandbox.effects(system="payments", operation="refund")[0]["reference"]

    about = dispute(play, order.payments.get())
    decide(play, about, won=True)

    evidence = play.sandbox.effects(system="payments", operation="submit_evidence")
    assert [each["reference"] for each in evidence] == [about["id"]]
    assert reference in str(order_dispute(about).evidence)
    assert (owed(order.number), books(order.number)["FEEP"], books(order.number).get("CBL", 0)) == (0, 1500, 0)
    sums_up(play)


def test_a_chargeback_lost_after_the_refund_is_a_loss_until_one_of_both_is_recovered(play: Play) -> None:
    order = shipped(play)
    taken_back(play, order, {"1": 2, "2": 1})

    decide(play, dispute(play, order.payments.get()), won=False)

    assert (owed(order.number), books(order.number)["CBL"], refunds_sent(play)) == (0, 35700, [35700])
    assert any("paid back twice" in title for title in desk())
    sums_up(play)


def test_a_refund_nobody_could_take_is_owed_until_it_is_paid_another_way(play: Play) -> None:
    order = shipped(play)
    parent = taken_back(play, order, {"2": 1})
    refund = parent.refunds.get()
    about = play.sandbox.control("POST", "/payments/failures", {"refund": refund.provider_reference})
    event = {"id": "e", "type": "refund.failed", "created": 1, "data": {"object": about}}
    told("payments", "refund.failed", "payments.refund_failed", event)
    play.go()
    parent.refresh_from_db()
    assert (parent.state, owed(order.number)) == ("refund_failed", 11900)

    refund.refresh_from_db()
    paying.otherwise(refund, way=RefundWay.STORE_CREDIT, by="grace")
    play.go()

    parent.refresh_from_db()
    assert (parent.state, owed(order.number), books(order.number)["SC"]) == ("closed", 0, -11900)
    sums_up(play)


def test_a_goodwill_leaves_goods_and_stock_alone(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {}, kind=ReturnKind.GOODWILL, goodwill_minor=1190)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, refunds_sent(play), owed(order.number), at("BOOT-42")) == ("closed", [1190], 0, (8, 0))
    sums_up(play)


def refunds_sent(play: Play) -> list[int]:
    """What the provider gave back, each time."""
    return [each["amount"] for each in play.sandbox.effects(system="payments", operation="refund")]


def order_dispute(about: dict[str, object]) -> Dispute:
    return Dispute.objects.get(reference=about["id"])


def in_advance(play: Play, order: Order) -> Return:
    """Refunded before the goods are here, and they should have come by now."""
    parent = asks(order, {"1": 2}, kind=ReturnKind.ADVANCE)
    play.go()
    assert refunds_sent(play) == [23800]
    Return.objects.filter(id=parent.id).update(expires_at=NOON)
    play.later()
    parent.refresh_from_db()
    return parent


def test_goods_refunded_in_advance_that_come_close_the_return(play: Play) -> None:
    order = shipped(play)
    parent = asks(order, {"1": 2}, kind=ReturnKind.ADVANCE)
    play.go()
    parent.refresh_from_db()
    assert (parent.state, refunds_sent(play), at("BOOT-42")) == ("refunded", [23800], (8, 0))

    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, at("BOOT-42"), owed(order.number)) == ("closed", (10, 0), 0)
    sums_up(play)


@pytest.mark.parametrize(("outcome", "role"), [(advances.CHARGED, "BANK"), (advances.LOST, "CBL")])
def test_goods_refunded_in_advance_that_never_come_are_claimed_or_lost(play: Play, outcome: str, role: str) -> None:
    order = shipped(play)
    sold = books(order.number)
    parent = in_advance(play, order)
    assert desk() == [f"2 x BOOT-42 of return {parent.number} never came, and the money was given back in advance"]

    advances.decide(parent, outcome=outcome, by="Ina", why="asked twice", now=clock.now())
    play.later()

    parent.refresh_from_db()
    assert (parent.state, owed(order.number), desk(), at("BOOT-42")) == ("closed", 0, [], (8, 0))
    assert books(order.number) == {**sold, "PSP": sold["PSP"] - 23800, role: 23800}
    sums_up(play)


def test_of_goods_refunded_in_advance_only_what_lacks_is_claimed(play: Play) -> None:
    order = shipped(play)
    parent = in_advance(play, order)
    comes_back(parent, units=1)
    play.later()

    advances.decide(parent, outcome=advances.LOST, by="Ina", why="one is gone", now=clock.now())
    play.later()

    parent.refresh_from_db()
    assert (parent.state, books(order.number)["CBL"], at("BOOT-42")) == ("closed", 11900, (9, 0))
    sums_up(play)


def test_nobody_decides_on_goods_that_are_not_overdue(play: Play) -> None:
    parent = asks(shipped(play), {"1": 1}, kind=ReturnKind.ADVANCE)
    play.go()
    with pytest.raises(WrongState):
        advances.decide(parent, outcome=advances.LOST, by="Ina", why="", now=clock.now())


@pytest.mark.parametrize(
    ("system", "operation"),
    [("erp", "create_credit_memo"), ("erp", "post_journal"), ("tax", "commit"), ("payments", "refund")],
)
def test_whatever_breaks_off_a_return_is_credited_and_refunded_once(play: Play, system: str, operation: str) -> None:
    order = shipped(play)
    parent = asks(order, {"2": 1})
    comes_back(parent)
    play.sandbox.fault(system, "cut", operation=operation, count=1)
    play.go()
    play.later(3)

    parent.refresh_from_db()
    assert (parent.state, refunds_sent(play), len(credit_memos(play, order.number))) == ("closed", [11900], 1)
    sums_up(play)


def test_three_shipments_two_tenders_one_line_cancelled_and_one_returned_in_a_store(play: Play) -> None:
    card = stored_value.open_account(kind=ValueKind.GIFT_CARD, number="6006-0001", currency="EUR")
    stored_value.load(card, minor=10000, key="load:1")
    tenders = (
        Tender(kind="gift_card", amount=eur(10000), state=TenderState.TOKEN, reference=numbers.reference_of(card.id)),
        Tender(kind="card", amount=eur(37600), state=TenderState.TOKEN, reference="tok_visa"),
    )
    lines = (a_line(quantity=3, tax=eur(5700)), a_line(line_id="2", sku="COAT-1"))
    order = play.place(an_order(lines=lines, tenders=tenders))
    play.cancel(order.number, {"2": 1})
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={order.number: 3})
    play.go()
    play.parcels_leave(order.number, count=3)
    order.refresh_from_db()
    assert (order.state, order.parcels.count()) == ("closed", 3)

    parent = asks(order, {"1": 1}, node="STORE-001")
    comes_back(parent, node="STORE-001")
    play.go()

    parent.refresh_from_db()
    assert (parent.state, parent.total_minor, owed(order.number)) == ("closed", 11900, 0)
    assert (at("BOOT-42"), at("BOOT-42", "STORE-001"), at("COAT-1")) == ((7, 0), (1, 0), (10, 0))
    assert sum(p.captured_minor - p.refunded_minor for p in order.payments.all()) == 2 * 11900
    assert books(order.number).get("DEP", 0) == 0
    sums_up(play)
