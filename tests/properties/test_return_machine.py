"""Orders sent in parts, returned, exchanged, refunded and disputed in any order, through the engine and over HTTP.

The journeys run as they do in production, against the sandbox; what is watched are our books, its books, and the units.
`RETURN_MACHINE_EXAMPLES=300` runs it for longer than the suite does.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from canonical.order import Order as Bought
from canonical.order import Tender, TenderState
from canonical.shipment import Shipment
from process_apis.engine.models import ProcessRun, RunState
from process_apis.ledger.models import JournalLine
from process_apis.order_to_cash.lookout import FOUND
from process_apis.orders.models import Order, OrderLine, Payment, PaymentMovement
from process_apis.return_to_refund import at_store, inspecting, opening, paying, receiving, turning_away
from process_apis.return_to_refund.at_store import Handed
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import money, services
from process_apis.returns.models import (
    Disposition,
    Dispute,
    DisputeState,
    ReceiptLine,
    Refund,
    RefundState,
    RefundWay,
    Return,
    ReturnKind,
    ReturnPolicy,
    ReturnState,
)
from process_apis.stored_value import numbers
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueKind
from retail_platform.demo.statement_money import erp_differs
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError
from system_apis.wms.gateway import wms
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, playing
from tests.returning import NUMBER, decide, dispute, told
from tests.sandbox_process import SandboxProcess

PARCELS, APPROVAL_ABOVE = 3, 9000
OVER = (ReturnState.CLOSED, ReturnState.REJECTED, ReturnState.EXPIRED)
lines, few, which = st.sampled_from(["1", "2"]), st.integers(1, 3), st.integers(0, 30)
conditions = st.sampled_from(["new", "opened"])
ways = st.sampled_from(["", RefundWay.EXCHANGE, RefundWay.STORE_CREDIT])
dispositions = st.sampled_from(
    [Disposition.RESTOCK, Disposition.DESTROY, Disposition.VENDOR_RETURN, Disposition.TO_CUSTOMER]
)


class Machine(RuleBasedStateMachine):
    """Four boots and two coats at odd prices in three parcels, paid with a gift card and a card."""

    sandbox: ClassVar[SandboxProcess]

    def __init__(self) -> None:
        super().__init__()
        self.papers = 0
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        try:
            self._open_the_shop()
        except BaseException:
            self._put_back()
            raise

    def _open_the_shop(self) -> None:
        self.play: Play = self.stack.enter_context(playing(self.sandbox))
        ReturnPolicy.objects.create(fee_percent={"opened": 7}, approval_above_minor=APPROVAL_ABOVE)
        self.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: PARCELS})
        self.play.place(_bought())
        self.play.go()
        self.parcels = self._sent()

    def teardown(self) -> None:
        try:
            self._come_to_an_end()
            self._all_is_settled()
        finally:
            self._put_back()

    def _put_back(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    @precondition(lambda self: self.parcels)
    @rule()
    def a_parcel_is_heard_of(self) -> None:
        shipment = self.parcels.pop(0)
        data = {"shipment_id": shipment.shipment_id, "shipment": shipment.model_dump(mode="json")}
        outbox.add(name=FOUND, aggregate=f"order:{NUMBER}", data=data)
        self.play.go()

    @rule(line=lines, units=few, condition=conditions, way=ways)
    def asked_for(self, line: str, units: int, condition: str, way: str) -> None:
        self._try(
            opening.open_return, number=NUMBER, key=self._paper(), now=clock.now(), settled_as=way,
            lines=[Asked(line, units, condition)], requested_by="web",
        )  # fmt: skip

    @rule(line=lines, units=few, cash=st.booleans(), seen=dispositions)
    def handed_over_at_a_store(self, line: str, units: int, cash: bool, seen: Disposition) -> None:
        sku = {"1": "BOOT-42", "2": "COAT-1"}[line]
        self._try(
            at_store.with_receipt, key=self._paper(), order=Order.objects.get(), node="STORE-001", staff="Tim",
            handed=[Handed(sku, units, line, disposition=seen)], settle_as="cash" if cash else "", now=clock.now(),
        )  # fmt: skip

    @rule(minor=st.integers(1, 3000))
    def goodwill(self, minor: int) -> None:
        self._try(
            opening.open_return, number=NUMBER, key=self._paper(), now=clock.now(), kind=ReturnKind.GOODWILL,
            goodwill_minor=minor, requested_by="desk",
        )  # fmt: skip

    @rule(which=which, units=few, disposition=dispositions)
    def brought(self, which: int, units: int, disposition: Disposition) -> None:
        parent = _one(_waiting_for_goods(), which)
        if parent:
            self._bring(parent, units, disposition)

    @rule(which=which)
    def approved(self, which: int) -> None:
        parent = _one(Return.objects.filter(held_for="approval"), which)
        if parent:
            self._try(services.authorise, parent, by="Ina")

    @rule(which=which)
    def turned_away(self, which: int) -> None:
        parent = _one(Return.objects.exclude(state__in=OVER), which)
        if parent:
            self._try(turning_away.turn_away, parent, by="Ina", why="worn", now=clock.now())

    @rule()
    def the_card_will_refuse(self) -> None:
        self.sandbox.fault("payments", "refuse", operation="refund", count=1, status=402)

    @rule()
    def the_line_will_break(self) -> None:
        self.sandbox.fault("payments", "cut", operation="refund", count=1)

    @rule(which=which, way=st.sampled_from([RefundWay.STORE_CREDIT, RefundWay.TRANSFER]))
    def paid_otherwise(self, which: int, way: RefundWay) -> None:
        refund = _one(Refund.objects.filter(state=RefundState.FAILED), which)
        if refund:
            self._try(paying.otherwise, refund, way=way, by="Ina")

    @rule(which=which)
    def a_refund_bounces(self, which: int) -> None:
        rows = Refund.objects.filter(state=RefundState.DONE, way=RefundWay.ORIGINAL)
        refund = _one(rows.filter(provider_reference__startswith="re_"), which)
        if refund:
            about = self.sandbox.control("POST", "/payments/failures", {"refund": refund.provider_reference})
            event = {"id": "e", "type": "refund.failed", "created": int(time.time()), "data": {"object": about}}
            told("payments", "refund.failed", "payments.refund_failed", event)
            self.play.go()

    @precondition(lambda self: not Dispute.objects.exists())
    @rule(minor=st.integers(1, 9000))
    def the_bank_takes_it_back(self, minor: int) -> None:
        payment = Payment.objects.select_related("order").get(kind="card")
        taken = PaymentMovement.objects.filter(payment=payment, kind="capture").order_by("id").first()
        if taken:
            dispute(self.play, payment, amount=min(minor, taken.amount_minor))

    @rule(won=st.booleans())
    def the_bank_decides(self, won: bool) -> None:
        for standing in Dispute.objects.filter(state=DisputeState.OPEN):
            decide(self.play, {"id": standing.reference}, won=won)

    @rule()
    def time_passes(self) -> None:
        self.play.later()

    @invariant()
    def no_tender_gives_back_more_than_it_took(self) -> None:
        for payment in Payment.objects.all():
            assert payment.captured_minor - payment.refunded_minor - payment.disputed_minor >= payment.refunding_minor
            assert payment.refunding_minor == _sum(_of(payment, *money.OPEN))
            assert payment.refunded_minor == _sum(_of(payment, RefundState.DONE))

    @invariant()
    def no_more_units_come_back_than_left(self) -> None:
        for line in OrderLine.objects.all():
            assert 0 <= line.returned <= line.shipped

    @invariant()
    def what_is_owed_is_what_was_credited_and_not_given_back(self) -> None:
        credited = _sum(Return.objects.filter(memos__isnull=False), "total_minor")
        by_bank = _sum(Refund.objects.filter(state=RefundState.REPLACED, failure__startswith="the bank"))
        done = _sum(Refund.objects.filter(state=RefundState.DONE))
        open_loss = 0 if not Dispute.objects.filter(state=DisputeState.LOST).exists() else by_bank
        assert _balance() == 0
        assert -_balance("RFL") == credited - done - open_loss

    def _bring(self, parent: Return, units: int, disposition: Disposition) -> None:
        line = parent.lines.get()
        receipt = self._try(
            receiving.receive, key=self._paper(), node="WH-1", now=clock.now(), return_number=parent.number,
            lines=[Came(line.sku, min(units, line.units), line.line_id)],
        )  # fmt: skip
        for each in receipt.lines.all() if receipt else ():
            self._try(inspecting.inspect, each.id, disposition=disposition, by="Ina", now=clock.now())

    def _come_to_an_end(self) -> None:
        """Everything that is waited for happens."""
        self.sandbox.heal()
        while self.parcels:
            self.a_parcel_is_heard_of()
        self.the_bank_decides(won=True)
        for line in OrderLine.objects.filter(shipped__gt=F("returned")):
            self.asked_for(line.line_id, line.shipped - line.returned, "new", "")
        for _ in range(6):
            for parent in Return.objects.filter(held_for="approval"):
                self._try(services.authorise, parent, by="Ina")
            for parent in _waiting_for_goods():
                self._bring(parent, parent.lines.get().units, Disposition.RESTOCK)
            for refund in Refund.objects.filter(state=RefundState.FAILED):
                self._try(paying.otherwise, refund, way=RefundWay.STORE_CREDIT, by="Ina")
            self.play.later()

    def _all_is_settled(self) -> None:
        for parent in Return.objects.all():
            note(f"{parent.number} {parent.kind} {parent.state} {parent.held_for} {parent.waits_for}")
        parked = ProcessRun.objects.filter(state=RunState.PARKED).values_list("process", "step", "error")
        assert list(parked) == []
        assert not Return.objects.exclude(state__in=OVER).exists()
        assert _balance("RFL") == 0
        assert not ReceiptLine.objects.filter(disposition=Disposition.PENDING).exists()
        assert _balance("INVQ") == 0
        outside = self.sandbox.control("GET", "/statement")
        assert outside["payments"]["EUR"]["net"] == _balance("PSP")
        assert outside["doubled"] == []
        assert erp_differs(outside) == 0

    def _sent(self) -> list[Shipment]:
        until = time.monotonic() + 10
        while len(self.sandbox.effects(operation="dispatch", subject=NUMBER)) < PARCELS:
            assert time.monotonic() < until, f"the warehouse sent nothing: {self._runs()}"
            time.sleep(0.02)
        return list(wms("wms").shipments_of(NUMBER))

    def _runs(self) -> list[Any]:
        return list(ProcessRun.objects.values_list("process", "state", "step", "error"))

    def _paper(self) -> str:
        self.papers += 1
        return f"paper-{self.papers}"

    def _try(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A refusal is a DomainError of ours and leaves nothing behind; then what follows from it happens."""
        try:
            with transaction.atomic():
                done = act(*args, **kwargs)
        except DomainError as refused:
            note(f"refused: {refused.detail}")
            return None
        self.play.go()
        return done


def _bought() -> Bought:
    card = stored_value.open_account(kind=ValueKind.GIFT_CARD, number="6006-0001", currency="EUR")
    stored_value.load(card, minor=5003, key="load:1")
    goods = (
        a_line(quantity=4, unit_price=eur(1001), discount=eur(333), tax=eur(586)),
        a_line(line_id="2", sku="COAT-1", quantity=2, unit_price=eur(6333), tax=eur(2022)),
    )
    total = 4 * 1001 - 333 + 2 * 6333 + 499
    tenders = (
        Tender(kind="gift_card", amount=eur(5003), state=TenderState.TOKEN, reference=numbers.reference_of(card.id)),
        Tender(kind="card", amount=eur(total - 5003), state=TenderState.TOKEN, reference="tok_visa"),
    )
    return an_order(lines=goods, shipping=eur(499), shipping_tax=eur(80), tenders=tenders, placed_at=clock.now())


def _waiting_for_goods() -> QuerySet[Return]:
    rows = Return.objects.filter(state__in=["authorised", "label_issued"], kind=ReturnKind.RETURN)
    return rows.filter(receipts__isnull=True)


def _one(rows: Any, which: int) -> Any:
    found = list(rows.order_by("parent__key", "key") if rows.model is Refund else rows.order_by("key"))
    return found[which % len(found)] if found else None


def _of(payment: Payment, *states: str) -> QuerySet[Refund]:
    return Refund.objects.filter(payment=payment.position, state__in=states)


def _sum(rows: Any, column: str = "amount_minor") -> int:
    return int(rows.aggregate(sum=Sum(column))["sum"] or 0)


def _balance(role: str = "") -> int:
    rows = JournalLine.objects.filter(account__role=role) if role else JournalLine.objects.all()
    return _sum(rows)


class ReturnMachineTest(TestCase):
    sandbox: ClassVar[SandboxProcess]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        Machine.sandbox = cls.enterClassContext(SandboxProcess(Path(folder)))

    def test_any_order_of_events_ends_with_nothing_owed_and_no_tender_overdrawn(self) -> None:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=int(os.environ.get("RETURN_MACHINE_EXAMPLES", "4")), stateful_step_count=14,
                deadline=None, suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
