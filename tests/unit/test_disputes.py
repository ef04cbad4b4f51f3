"""Chargebacks and refunds that bounce: who has the money, what the books say, and what a person is asked."""

from collections.abc import Iterator

import pytest

from canonical.money import Money
from process_apis.engine.models import ProcessRun, RunState
from process_apis.orders import returning
from process_apis.orders.models import Payment
from process_apis.return_to_refund import paying
from process_apis.returns.models import Dispute, DisputeState, RefundState, RefundWay, ReturnState
from system_apis.payments.gateway import payments
from system_apis.terms import CallKey
from tests.playing import Play, books, desk, playing
from tests.returning import NUMBER, a_refund, decide, dispute, sent, told, told_of_dispute
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


def changed(before: dict[str, int]) -> dict[str, int]:
    """What the ledger says now less what it said then, by role."""
    now = books(NUMBER)
    return {
        role: now.get(role, 0) - before.get(role, 0) for role in {*now, *before} if now.get(role) != before.get(role)
    }


def refunded(payment: Payment, minor: int) -> str:
    """Give money back at the provider and in our books of the order. Returns the reference."""
    taken = payment.movements.get(kind="capture").provider_reference
    returning.claim(payment, minor=minor)
    made = payments().refund(taken, Money(minor=minor, currency="EUR"), key=CallKey(f"refund-{payment.id}"))
    returning.paid_back(payment, minor=minor, reference=made.reference, key=f"refund:{made.reference}")
    return made.reference


def test_a_chargeback_moves_money_out_of_clearing_and_blocks_it(play: Play) -> None:
    payment = sent(play)
    before = books(NUMBER)

    dispute(play, payment)

    payment.refresh_from_db()
    assert changed(before) == {"CHBK": 11900, "FEEP": 1500, "PSP": -13400}
    assert (payment.disputed_minor, payment.left_minor) == (11900, 0)


def test_a_chargeback_keeps_the_banks_reason_and_the_day_to_answer_by(play: Play) -> None:
    about = dispute(play, sent(play), reason="fraudulent")

    found = Dispute.objects.get(reference=about["id"])
    assert (found.reason, int(found.answer_by.timestamp()) if found.answer_by else 0) == (
        "fraudulent", about["evidence_due_by"],
    )  # fmt: skip


def test_disputed_money_cannot_be_refunded_as_well(play: Play) -> None:
    payment = sent(play)
    dispute(play, payment, amount=10000)

    returning.claim(payment, minor=1900)
    with pytest.raises(returning.NothingLeftToRefund):
        returning.claim(payment, minor=1)


def test_a_chargeback_that_is_won_costs_the_fee_alone(play: Play) -> None:
    payment = sent(play)
    before = books(NUMBER)

    decide(play, dispute(play, payment), won=True)

    payment.refresh_from_db()
    assert changed(before) == {"FEEP": 1500, "PSP": -1500}
    assert (payment.disputed_minor, payment.left_minor) == (0, 11900)


def test_a_chargeback_that_is_lost_is_a_loss_where_nothing_came_back(play: Play) -> None:
    payment = sent(play)
    before = books(NUMBER)

    decide(play, dispute(play, payment), won=False)

    assert changed(before) == {"CBL": 11900, "FEEP": 1500, "PSP": -13400}


def test_a_chargeback_lost_while_a_refund_is_owed_has_paid_that_refund(play: Play) -> None:
    payment = sent(play)
    owed = a_refund(payment, minor=11900, state=RefundState.HELD)
    before = books(NUMBER)

    decide(play, dispute(play, payment), won=False)

    owed.refresh_from_db()
    assert changed(before) == {"RFL": 11900, "FEEP": 1500, "PSP": -13400}
    assert owed.state == RefundState.REPLACED


def test_of_a_lost_chargeback_only_what_is_beyond_the_credit_is_a_loss(play: Play) -> None:
    payment = sent(play)
    a_refund(payment, minor=4000)
    before = books(NUMBER)

    decide(play, dispute(play, payment), won=False)

    assert changed(before) == {"RFL": 4000, "CBL": 7900, "FEEP": 1500, "PSP": -13400}


def test_a_refund_that_was_sent_before_is_the_evidence(play: Play) -> None:
    payment = sent(play)
    reference = refunded(payment, 11900)
    a_refund(payment, minor=11900, state=RefundState.DONE, reference=reference)

    about = dispute(play, payment)

    assert [each["reference"] for each in play.sandbox.effects(operation="submit_evidence")] == [about["id"]]
    assert reference in Dispute.objects.get().evidence[0]


def test_a_refunded_order_is_never_given_back_more_than_was_taken_by_us(play: Play) -> None:
    payment = sent(play)
    a_refund(payment, minor=11900, state=RefundState.DONE, reference=refunded(payment, 11900))

    dispute(play, payment)

    payment.refresh_from_db()
    assert payment.captured_minor - payment.refunded_minor - payment.disputed_minor == 0


def test_paying_twice_asks_somebody_to_recover_one(play: Play) -> None:
    payment = sent(play)
    a_refund(payment, minor=11900, state=RefundState.DONE, reference=refunded(payment, 11900))

    decide(play, dispute(play, payment), won=False)

    assert any("paid back twice" in title for title in desk())


def test_a_decision_heard_before_the_opening_settles_it_once(play: Play) -> None:
    payment = sent(play)
    before = books(NUMBER)
    about = dispute(play, payment) | {"id": "dp_other"}
    Dispute.objects.all().delete()
    told_of_dispute(play, about | {"status": "lost"}, go=False)
    told_of_dispute(play, about)

    assert Dispute.objects.get().state == DisputeState.LOST
    assert changed(before)["CBL"] == 11900


def test_the_same_webhook_twice_books_once(play: Play) -> None:
    payment = sent(play)
    before = books(NUMBER)
    about = dispute(play, payment)

    told_of_dispute(play, about)

    assert changed(before)["CHBK"] == 11900


def test_a_chargeback_of_money_that_is_not_ours_waits_for_a_person(play: Play) -> None:
    about = dispute(play, sent(play)) | {"id": "dp_strange", "charge": "ch_strange"}

    told_of_dispute(play, about)

    assert ProcessRun.objects.get(process="dispute_intake", state=RunState.PARKED)


def test_the_erp_gets_every_entry_of_a_chargeback(play: Play) -> None:
    decide(play, dispute(play, sent(play)), won=True)

    references = [each["subject"] for each in play.sandbox.effects(operation="post_journal")]
    assert sum("dispute:" in subject or "dp_" in subject for subject in references) == 2


def test_a_refund_that_bounces_is_owed_again(play: Play) -> None:
    payment = sent(play)
    reference = refunded(payment, 11900)
    refund = a_refund(payment, minor=11900, state=RefundState.DONE, reference=reference)
    before = books(NUMBER)

    about = play.sandbox.control("POST", "/payments/failures", {"refund": reference, "reason": "account_closed"})
    event = {"id": "e", "type": "refund.failed", "created": 1, "data": {"object": about}}
    told("payments", "refund.failed", "payments.refund_failed", event)
    play.go()

    refund.refresh_from_db()
    refund.parent.refresh_from_db()
    assert changed(before) == {"PSP": 11900, "RFL": -11900}
    assert (refund.state, refund.parent.state) == (RefundState.FAILED, ReturnState.REFUND_FAILED)
    assert any("account_closed" in title for title in desk())


def test_a_bounced_refund_is_paid_another_way_once_somebody_says_how(play: Play) -> None:
    payment = sent(play)
    reference = refunded(payment, 11900)
    refund = a_refund(payment, minor=11900, state=RefundState.DONE, reference=reference)
    about = play.sandbox.control("POST", "/payments/failures", {"refund": reference})
    told("payments", "refund.failed", "payments.refund_failed", {"type": "refund.failed", "data": {"object": about}})
    play.go()
    before = books(NUMBER)

    refund.refresh_from_db()
    paying.otherwise(refund, way=RefundWay.STORE_CREDIT, by="grace")
    play.go()

    assert changed(before) == {"RFL": 11900, "SC": -11900}
