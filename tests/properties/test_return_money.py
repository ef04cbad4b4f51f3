"""Shipped in parts, returned, exchanged, refunded, disputed in any order: nobody gets back more than was taken.

The machine walks one order through the journeys' own steps and books; only the provider is left out.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from canonical.order import Tender, TenderState
from process_apis.engine.process import Done, NeedsPerson, StepContext, Wait
from process_apis.ledger.models import JournalLine
from process_apis.order_to_cash.steps.book_sale import book_sale
from process_apis.order_to_cash.steps.record_shipment import _share
from process_apis.orders import parcels, payments, returning, services
from process_apis.orders.models import Order, OrderLine, OrderState, Payment
from process_apis.return_to_refund import inspecting, opening, paying, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.return_to_refund.steps.accept_return import accept_return
from process_apis.return_to_refund.steps.await_goods import await_goods
from process_apis.return_to_refund.steps.await_sale import await_sale
from process_apis.return_to_refund.steps.close_return import close_return
from process_apis.return_to_refund.steps.issue_credit_memo import issue_credit_memo
from process_apis.return_to_refund.steps.pay_refunds import _refunded
from process_apis.return_to_refund.steps.plan_refunds import plan_refunds
from process_apis.returns.models import (
    Disposition,
    Dispute,
    DisputeState,
    Receipt,
    Refund,
    RefundState,
    RefundWay,
    Return,
    ReturnPolicy,
)
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError
from system_apis.terms import CallKey
from tests.factories import a_catalog, a_line, a_shipment, an_order, eur

few = st.integers(1, 3)
lines = st.sampled_from(["1", "2"])
some = st.integers(0, 30)


class Returns(RuleBasedStateMachine):
    """Seven boots and three coats at odd prices, shipping on top, paid with a gift card and a card."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.papers = 0
        a_catalog(skus=("BOOT-42", "COAT-1"))
        ReturnPolicy.objects.create(fee_percent={"opened": 7}, approval_above_minor=10**9)
        goods = (
            a_line(quantity=7, unit_price=eur(1001), discount=eur(333), tax=eur(1066)),
            a_line(line_id="2", sku="COAT-1", quantity=3, unit_price=eur(3333), tax=eur(1597)),
        )
        total = 7 * 1001 - 333 + 3 * 3333 + 499
        tenders = (
            Tender(kind="gift_card", amount=eur(5003), state=TenderState.TOKEN, reference="va_1"),
            Tender(kind="card", amount=eur(total - 5003), state=TenderState.TOKEN, reference="tok_visa"),
        )
        order, _ = services.place(an_order(lines=goods, shipping=eur(499), shipping_tax=eur(80), tenders=tenders))
        Order.objects.filter(id=order.id).update(state=OrderState.RELEASED)
        OrderLine.objects.update(tax_code="standard", unit_cost_minor=400, cost_currency="EUR")
        Payment.objects.filter(kind="gift_card").update(role="GC", draw_order=10)
        self.order = Order.objects.get(id=order.id)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @rule(line=lines, units=few)
    def ship(self, line: str, units: int) -> None:
        rows = {row.line_id: row for row in self.order.lines.all()}
        units = min(units, rows[line].quantity - rows[line].shipped)
        if not units:
            return
        self.papers += 1
        shipment = a_shipment(shipment_id=f"P-{self.papers}", dispatched_at=clock.now())
        parcel = parcels.record(self.order, rows, shipment, _share(self.order, rows, {line: units}))
        for tender in parcel.tenders.select_related("payment__order"):
            name = f"{shipment.shipment_id}:{tender.payment.position}"
            payments.captured(tender.payment, minor=tender.amount_minor, reference=name, key=f"capture:{name}")
        self._step(book_sale, shipment.shipment_id)

    @rule(line=lines, units=few, condition=st.sampled_from(["new", "opened"]), exchange=st.booleans())
    def ask(self, line: str, units: int, condition: str, exchange: bool) -> None:
        self.papers += 1
        self._try(
            opening.open_return, number=self.order.number, key=f"r-{self.papers}", now=clock.now(),
            lines=[Asked(line, units, condition)], settled_as=RefundWay.EXCHANGE if exchange else "",
        )  # fmt: skip

    @rule(which=some, came=few, disposition=st.sampled_from([Disposition.RESTOCK, Disposition.TO_CUSTOMER]))
    def bring(self, which: int, came: int, disposition: Disposition) -> None:
        parent = self._one(Return.objects.filter(state__in=["requested", "authorised"]), which)
        if parent is None:
            return
        self._step(accept_return, parent.number)
        line = parent.lines.get()
        receipt: Receipt | None = self._try(
            receiving.receive, key=f"rec-{parent.number}", node="WH-1", now=clock.now(), return_number=parent.number,
            lines=[Came(line.sku, min(came, line.units))],
        )  # fmt: skip
        if receipt:
            inspecting.inspect(receipt.lines.get().id, disposition=disposition, by="Ina", now=clock.now())

    @rule(which=some)
    def credit(self, which: int) -> None:
        parent = self._one(Return.objects.exclude(state__in=["closed", "rejected"]), which)
        if parent is None:
            return
        for step in (accept_return, await_goods, await_sale, issue_credit_memo, plan_refunds):
            if not self._step(step, parent.number):
                return

    @rule(which=some, works=st.booleans())
    def pay(self, which: int, works: bool) -> None:
        refund = self._one(Refund.objects.filter(state=RefundState.PENDING).select_related("parent"), which)
        if refund is None:
            return
        if works:
            paying.record(refund, paying.tender_of(refund), reference="re_1", now=clock.now())
        else:
            paying.failed(refund, why="the card has expired")

    @rule(which=some)
    def pay_otherwise(self, which: int) -> None:
        refund = self._one(Refund.objects.filter(state=RefundState.FAILED).select_related("parent"), which)
        if refund:
            self._try(paying.otherwise, refund, way=RefundWay.STORE_CREDIT, by="Ina")

    @rule(which=some)
    def bounce(self, which: int) -> None:
        refund = self._one(Refund.objects.filter(state=RefundState.DONE).select_related("parent"), which)
        if refund:
            paying.came_back(refund, why="the account is closed")

    @rule(which=some)
    def close(self, which: int) -> None:
        parent = self._one(Return.objects.filter(memos__isnull=False), which)
        if parent and not parent.refunds.exclude(state__in=[RefundState.DONE, RefundState.REPLACED]).exists():
            _refunded(parent)
            self._step(close_return, parent.number)

    @rule(minor=st.integers(1, 9000))
    def dispute(self, minor: int) -> None:
        self.papers += 1
        payment = Payment.objects.select_related("order").get(kind="card")
        blocked = returning.disputed(payment, minor=min(minor, payment.captured_minor))
        if blocked:
            Dispute.objects.create(
                reference=f"dp-{self.papers}", order_number=self.order.number, payment=payment.position,
                amount_minor=blocked, currency="EUR", opened_at=clock.now(),
            )  # fmt: skip

    @rule(which=some)
    def win(self, which: int) -> None:
        dispute = self._one(Dispute.objects.filter(state=DisputeState.OPEN), which)
        if dispute:
            Dispute.objects.filter(id=dispute.id).update(state=DisputeState.WON)
            returning.undisputed(Payment.objects.get(kind="card"), minor=dispute.amount_minor)

    def _step(self, step: Callable[[StepContext], Any], subject: str) -> bool:
        """Carry a local step out as the engine does. False if it waits, or is refused."""
        ctx = StepContext(uuid4(), "test", subject, {}, CallKey("k"), clock.now(), "", lambda **_: None)
        outcome = self._try(step, ctx)
        if outcome is None or isinstance(outcome, Wait):
            return False
        assert isinstance(outcome, Done)
        for write in outcome.then:
            write()
        return True

    def _try(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A refusal is a DomainError of ours or asks for a person, and leaves nothing behind."""
        try:
            with transaction.atomic():
                return act(*args, **kwargs)
        except (DomainError, NeedsPerson):
            return None

    def _one(self, rows: Any, which: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    @invariant()
    def no_tender_gives_back_more_than_it_took(self) -> None:
        for payment in Payment.objects.all():
            assert payment.left_minor >= 0
            assert payment.refunding_minor == _sum(Refund.objects.filter(payment=payment.position, state="pending"))
            assert payment.refunded_minor == _sum(Refund.objects.filter(payment=payment.position, state="done"))

    @invariant()
    def no_line_gives_back_more_than_left(self) -> None:
        for line in OrderLine.objects.all():
            assert 0 <= line.returned <= line.shipped

    @invariant()
    def the_books_balance_and_what_is_owed_is_what_is_not_paid_yet(self) -> None:
        assert int(JournalLine.objects.aggregate(sum=Sum("amount_minor"))["sum"] or 0) == 0
        credited = sum(parent.total_minor for parent in Return.objects.filter(memos__isnull=False))
        paid = _sum(Refund.objects.filter(state=RefundState.DONE))
        owed = JournalLine.objects.filter(account__role="RFL").aggregate(sum=Sum("amount_minor"))["sum"] or 0
        assert -int(owed) == credited - paid

    @invariant()
    def returns_never_come_to_more_than_was_billed(self) -> None:
        billed = _sum(self.order.parcels.all(), "total_minor")
        assert sum(parent.total_minor for parent in Return.objects.filter(memos__isnull=False)) <= billed

    @invariant()
    def nothing_is_owed_once_every_return_is_closed(self) -> None:
        if not Return.objects.exclude(state__in=["closed", "rejected", "requested", "authorised"]).exists():
            owed = JournalLine.objects.filter(account__role="RFL").aggregate(sum=Sum("amount_minor"))["sum"] or 0
            assert owed == 0


def _sum(rows: Any, column: str = "amount_minor") -> int:
    return int(rows.aggregate(sum=Sum(column))["sum"] or 0)


class ReturnMoneyTest(TestCase):
    def test_any_sequence_of_returns_refunds_and_disputes_gives_back_what_was_taken_at_most(self) -> None:
        run_state_machine_as_test(
            Returns,
            settings=settings(
                max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
