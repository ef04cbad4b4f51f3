"""What finance decides about refunds: which tender first, when a second person agrees, how often a customer may."""

from collections.abc import Iterator

import pytest

from canonical.money import Money
from canonical.order import Tender, TenderState
from process_apis.cases.models import Case
from process_apis.orders.models import Order, Payment
from process_apis.return_to_refund import at_store, inspecting, opening, paying, receiving, turning_away
from process_apis.return_to_refund.at_store import Handed
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import services
from process_apis.returns.models import (
    Disposition,
    Receipt,
    ReceiptLine,
    Refund,
    RefundWay,
    Return,
    ReturnKind,
    ReturnPolicy,
)
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueKind
from retail_platform.kernel import clock
from tests.factories import a_line, an_order, eur
from tests.playing import Play, books, money, playing
from tests.returning import NUMBER, decide, dispute, sent
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def two_boots_on_card_and_gift_card(play: Play) -> Order:
    """100.00 of 238.00 is paid with a gift card."""
    card = stored_value.open_account(kind=ValueKind.GIFT_CARD, number="6006-0001", currency="EUR")
    stored_value.load(card, minor=10000, key="load:1")
    tenders = (
        Tender(kind="gift_card", amount=eur(10000), state=TenderState.TOKEN, reference=numbers.reference_of(card.id)),
        Tender(kind="card", amount=eur(13800), state=TenderState.TOKEN, reference="tok_visa"),
    )
    return sent(play, an_order(lines=(a_line(quantity=2, tax=eur(3800)),), tenders=tenders)).order


def comes_back(play: Play, parent: Return) -> Receipt:
    came = [Came(line.sku, line.units) for line in parent.lines.all()]
    receipt = receiving.receive(
        key=f"rec-{parent.number}", node="WH-1", lines=came, now=clock.now(), return_number=parent.number
    )
    inspecting.inspect(receipt.lines.get().id, disposition=Disposition.RESTOCK, by="Ina", now=clock.now())
    play.go()
    parent.refresh_from_db()
    return receipt


def asked(key: str = "r-1") -> Return:
    return opening.open_return(number=NUMBER, key=key, lines=[Asked("1", 1)], now=clock.now())


@pytest.mark.parametrize(
    ("stored", "back"), [("last", {"original": 11900}), ("first", {"gift_card": 10000, "original": 1900})]
)
def test_gift_cards_get_theirs_back_first_or_last_as_the_policy_says(
    play: Play, stored: str, back: dict[str, int]
) -> None:
    ReturnPolicy.objects.create(stored_value=stored)
    two_boots_on_card_and_gift_card(play)

    comes_back(play, asked())

    assert dict(Refund.objects.values_list("way", "amount_minor")) == back


def test_what_could_not_go_back_to_a_card_is_paid_otherwise_though_later_returns_had_the_cards_money(
    play: Play,
) -> None:
    two_boots_on_card_and_gift_card(play)
    play.sandbox.fault("payments", "refuse", operation="refund", count=1, status=402)
    goodwill = opening.open_return(
        number=NUMBER, key="g-1", kind=ReturnKind.GOODWILL, goodwill_minor=1900, requested_by="desk", now=clock.now()
    )
    play.go()
    for key in ("r-1", "r-2"):
        comes_back(play, asked(key))

    paying.otherwise(goodwill.refunds.get(), way=RefundWay.STORE_CREDIT, by="Ina")
    play.go()

    goodwill.refresh_from_db()
    assert (goodwill.state, books(NUMBER).get("RFL", 0), books(NUMBER)["SC"]) == ("closed", 0, -1900)
    assert {p.kind: (p.captured_minor, p.refunded_minor) for p in Payment.objects.all()} == {
        "card": (13800, 13800), "gift_card": (10000, 10000),
    }  # fmt: skip


def test_what_is_looked_at_on_the_counter_still_waits_for_the_second_person(play: Play) -> None:
    ReturnPolicy.objects.create(approval_above_minor=10000)
    order = sent(play).order
    handed = [Handed("BOOT-42", 1, "1", disposition="restock")]
    parent = at_store.with_receipt(key="s", order=order, node="STORE-001", handed=handed, staff="kim", now=clock.now())
    play.go()
    parent.refresh_from_db()
    held = parent.held_for, money(NUMBER)[1]

    services.authorise(parent, by="Ina")
    play.go()

    parent.refresh_from_db()
    assert held == ("approval", 0)
    assert (parent.state, money(NUMBER)[1]) == ("closed", 11900)


def test_after_so_many_returns_of_a_customer_a_second_person_agrees(play: Play) -> None:
    ReturnPolicy.objects.create(often=1)
    sent(play, an_order(lines=(a_line(quantity=2, tax=eur(3800)),)))

    first, second = asked("r-1"), asked("r-2")
    play.go()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("held", "held")
    assert second.waits_for == "approval of return 2 of this customer in 30 days"


def test_returns_that_were_rejected_do_not_count_against_a_customer(play: Play) -> None:
    ReturnPolicy.objects.create(often=1)
    sent(play, an_order(lines=(a_line(quantity=2, tax=eur(3800)),)))
    turning_away.turn_away(asked("r-1"), by="Ina", why="worn", now=clock.now())

    second = asked("r-2")
    play.go()

    second.refresh_from_db()
    assert second.state == "authorised"


def test_refurbished_goods_are_worth_less_and_the_rest_is_a_loss(play: Play) -> None:
    sent(play)
    parent = asked()
    receiving.receive(key="rec", node="WH-1", lines=[Came("BOOT-42", 1)], now=clock.now(), return_number=parent.number)
    line = ReceiptLine.objects.get()
    inspecting.inspect(
        line.id, disposition=Disposition.REFURBISH, by="Ina", value=Money(minor=1500, currency="EUR"), now=clock.now()
    )
    play.go()

    kept = books(NUMBER)
    assert (kept["INV"], kept["WOFF"], kept.get("INVQ", 0)) == (-2500, 2500, 0)


def test_goods_for_the_vendor_are_a_claim_on_him(play: Play) -> None:
    sent(play)
    parent = asked()
    receiving.receive(key="rec", node="WH-1", lines=[Came("BOOT-42", 1)], now=clock.now(), return_number=parent.number)
    inspecting.inspect(ReceiptLine.objects.get().id, disposition=Disposition.VENDOR_RETURN, by="Ina", now=clock.now())
    play.go()

    assert books(NUMBER)["AP"] == 4000


def test_a_goodwill_given_before_is_not_given_again_when_all_comes_back(play: Play) -> None:
    sent(play)
    opening.open_return(number=NUMBER, key="g", kind=ReturnKind.GOODWILL, goodwill_minor=900, now=clock.now())
    play.go()

    parent = asked()
    comes_back(play, parent)

    assert (parent.total_minor, money(NUMBER)[1], books(NUMBER).get("RFL", 0)) == (11000, 11900, 0)
    assert parent.arithmetic[-1] == ["given before, beyond the goods", -900]


def test_what_comes_back_after_a_lost_chargeback_was_paid_by_it(play: Play) -> None:
    payment = sent(play)
    decide(play, dispute(play, payment, amount=5000), won=False)
    lost = books(NUMBER)["CBL"]

    parent = asked()
    comes_back(play, parent)

    assert (lost, parent.state) == (5000, "closed")
    assert (money(NUMBER)[1], books(NUMBER).get("RFL", 0), books(NUMBER).get("CBL", 0)) == (6900, 0, 0)


def test_who_asked_does_not_send_much_money_to_a_bank_account(play: Play) -> None:
    ReturnPolicy.objects.create(approval_above_minor=10000)
    parent = a_failed_refund(play)

    with pytest.raises(services.SecondPersonNeeded):
        paying.otherwise(parent.refunds.get(), way=RefundWay.TRANSFER, by="Tim")


def test_somebody_else_sends_it_and_it_leaves_the_bank(play: Play) -> None:
    ReturnPolicy.objects.create(approval_above_minor=10000)
    parent = a_failed_refund(play)

    paying.otherwise(parent.refunds.get(), way=RefundWay.TRANSFER, by="Ina")
    play.go()

    parent.refresh_from_db()
    assert (parent.state, books(NUMBER)["BANK"], books(NUMBER).get("RFL", 0)) == ("closed", -11900, 0)


def test_what_leaves_for_a_customer_in_a_month_is_summed_up_for_the_second_person(play: Play) -> None:
    ReturnPolicy.objects.create(elsewhere_above_minor=11899)
    parent = a_failed_refund(play)

    with pytest.raises(services.SecondPersonNeeded):
        paying.otherwise(parent.refunds.get(), way=RefundWay.TRANSFER, by="Tim")
    paying.otherwise(parent.refunds.get(), way=RefundWay.TRANSFER, by="Ina")

    told = Case.objects.get(fingerprint__startswith="money-elsewhere:")
    assert (told.kind, told.state, "119.00 EUR" in told.title) == ("fraud", "open", True)


def test_store_credit_of_any_sum_is_told_to_nobody(play: Play) -> None:
    ReturnPolicy.objects.create(elsewhere_above_minor=0)
    parent = a_failed_refund(play)

    paying.otherwise(parent.refunds.get(), way=RefundWay.STORE_CREDIT, by="Ina")

    assert not Case.objects.filter(fingerprint__startswith="money-elsewhere:").exists()


def test_cash_above_the_limit_waits_for_a_second_person_and_compliance_is_told(play: Play) -> None:
    ReturnPolicy.objects.create(elsewhere_above_minor=11899)
    order = sent(play).order
    boot = Handed("BOOT-42", 1, line_id="1", disposition=Disposition.RESTOCK)
    parent = at_store.with_receipt(
        key="c-1", order=order, node="STORE-001", handed=[boot], staff="kim", settle_as=RefundWay.CASH, now=clock.now()
    )
    play.go()

    parent.refresh_from_db()
    assert (parent.held_for, "leave another way" in parent.waits_for) == ("approval", True)
    assert Case.objects.filter(fingerprint__startswith="money-elsewhere:", state="open").count() == 1


def a_failed_refund(play: Play) -> Return:
    """Tim asked for it, Ina agreed, and the card has expired."""
    sent(play)
    parent = opening.open_return(number=NUMBER, key="t", lines=[Asked("1", 1)], requested_by="Tim", now=clock.now())
    play.go()
    parent.refresh_from_db()
    services.authorise(parent, by="Ina")
    play.sandbox.fault("payments", "refuse", operation="refund", count=1, status=402)
    comes_back(play, parent)
    return parent
