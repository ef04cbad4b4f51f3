"""Whatever is received, counted, held, promised, moved, sent, in whatever order: positions are what rows add up to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from canonical.stock import StockLevel, StockSnapshot, StockState
from process_apis.catalog.models import Node, Product
from process_apis.stock import queries, services
from process_apis.stock.checking import audit, counts
from process_apis.stock.models import Reservation, StockMovement, StockPosition, Supply
from process_apis.stock.moving import transfers
from process_apis.stock.moving.transfers import Receipt
from process_apis.stock.reserving import backorders, holds
from process_apis.stock.services import Demand
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError
from tests.factories import NOON, a_movement

SKUS, NODES, ORDERS = ["A", "B"], ["N1", "N2"], [f"W-{number}" for number in range(4)]
skus, nodes, orders = st.sampled_from(SKUS), st.sampled_from(NODES), st.sampled_from(ORDERS)
few, minutes, numbers = st.integers(1, 5), st.integers(0, 9), st.integers(1, 3)
basket = st.lists(st.tuples(skus, nodes, few), min_size=1, max_size=3)
states = st.sampled_from([StockState.ON_HAND] * 4 + [StockState.DAMAGED, StockState.QUARANTINE, StockState.DISPLAY])


def demands_of(parts: list[tuple[str, str, int]]) -> list[Demand]:
    """A basket in two lines, so that a line often has two skus: a bundle."""
    found = {(str(n % 2), sku, node): units for n, (sku, node, units) in enumerate(parts)}
    return [Demand(line, sku, node, units) for (line, sku, node), units in found.items()]


class StockBook(RuleBasedStateMachine):
    """Random work on the stock book, some of it told twice, late or impossible; a refusal is always a DomainError."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.papers = 0
        Node.objects.bulk_create(Node(code=node, name=node) for node in NODES)
        fields = {"tax_code": "standard", "price_minor": 100, "cost_minor": 40, "currency": "EUR"}
        Product.objects.bulk_create(Product(sku=sku, title=sku, **fields) for sku in SKUS)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @rule(
        key=st.integers(1, 15), sku=skus, node=nodes, state=states, units=st.integers(-4, 9).filter(bool), late=minutes
    )
    def move(self, key: int, sku: str, node: str, state: StockState, units: int, late: int) -> None:
        at = NOON + timedelta(minutes=late)
        self._try(
            services.move,
            [a_movement(key=f"m:{key}", sku=sku, node=node, units=units, state=state, occurred_at=at, sequence=key)],
        )

    @rule(sku=skus, node=nodes, units=st.integers(0, 9), late=minutes)
    def count(self, sku: str, node: str, units: int, late: int) -> None:
        self.papers += 1
        at = NOON + timedelta(minutes=late)
        self._try(counts.take_count, counts.Count(f"c:{self.papers}", sku, node, units, "test", late, at))

    @rule(node=nodes, units=st.lists(st.integers(0, 9), min_size=2, max_size=2), late=minutes)
    def snapshot(self, node: str, units: list[int], late: int) -> None:
        levels = [StockLevel(sku=sku, node=node, on_hand=n) for sku, n in zip(SKUS, units, strict=True)]
        at = NOON + timedelta(minutes=late)
        seen = StockSnapshot(node=node, watermark=late, taken_at=at, levels=tuple(levels))
        self._try(counts.take_snapshot, seen, source="test")

    @rule(sku=skus, node=nodes, units=st.integers(0, 4))
    def limit(self, sku: str, node: str, units: int) -> None:
        self._try(backorders.set_limit, sku=sku, node=node, units=units)

    @rule(number=numbers, parts=basket)
    def hold(self, number: int, parts: list[tuple[str, str, int]]) -> None:
        self._try(holds.hold, hold=f"H-{number}", holder="ada", demands=demands_of(parts), hold_s=60)

    @rule(number=numbers, order=orders)
    def confirm(self, number: int, order: str) -> None:
        self._try(holds.confirm, hold=f"H-{number}", order_number=order)

    @rule(number=numbers)
    def give_back(self, number: int) -> None:
        self._try(holds.give_back, hold=f"H-{number}")

    @rule(number=numbers)
    def run_out(self, number: int) -> None:
        Reservation.objects.filter(hold=f"H-{number}", state="held").update(expires_at=clock.now() - timedelta(days=1))
        holds.expire()

    @rule(order=orders, parts=basket)
    def reserve(self, order: str, parts: list[tuple[str, str, int]]) -> None:
        self._try(services.reserve, order_number=order, demands=demands_of(parts))

    @rule(order=orders)
    def release(self, order: str) -> None:
        services.release(order_number=order)

    @rule(order=orders, node=st.sampled_from(["", *NODES]))
    def allocate(self, order: str, node: str) -> None:
        services.allocate(order_number=order, node=node)

    @rule(order=orders, node=st.sampled_from(["", *NODES]))
    def recall(self, order: str, node: str) -> None:
        services.recall(order_number=order, node=node)

    @rule(order=orders, line=st.sampled_from(["0", "1"]), node=nodes, to=nodes)
    def send_from_elsewhere(self, order: str, line: str, node: str, to: str) -> None:
        self._try(holds.transfer, order_number=order, line_id=line, node=node, to=to)

    @rule(order=orders, line=st.sampled_from(["0", "1"]), node=nodes, sku=skus, units=few)
    def dispatch(self, order: str, line: str, node: str, sku: str, units: int) -> None:
        self.papers += 1
        parcel, parts = f"P-{self.papers}", {line: {sku: units}}
        self._try(services.dispatch, order_number=order, parcel=parcel, node=node, units=parts, at=NOON)

    @rule(number=numbers, sku=skus, node=nodes, units=few)
    def plan(self, number: int, sku: str, node: str, units: int) -> None:
        to = NODES[1 - NODES.index(node)]
        self._try(transfers.plan, reference=f"T-{number}", from_node=node, to_node=to, units={sku: units})

    @rule(number=numbers)
    def ship(self, number: int) -> None:
        self._try(transfers.ship, f"T-{number}", at=NOON)

    @rule(number=numbers, receipt=numbers, sku=skus, units=few)
    def receive(self, number: int, receipt: int, sku: str, units: int) -> None:
        self._try(transfers.receive, f"T-{number}", Receipt(f"R-{receipt}", {sku: units}, NOON))

    @rule(number=numbers)
    def close(self, number: int) -> None:
        self._try(transfers.close, f"T-{number}", reason="lost", at=NOON)

    def _try(self, work: Callable[..., object], *args: object, **kwargs: object) -> None:
        try:
            with transaction.atomic():
                work(*args, **kwargs)
        except DomainError:
            pass

    @invariant()
    def positions_are_what_the_rows_add_up_to(self) -> None:
        moved = _sums(StockMovement.objects.filter(state="on_hand"), F("units"))
        left = F("units") - F("consumed")
        reserved = _sums(Reservation.objects.filter(state__in=["held", "open"]), left)
        allocated = _sums(Reservation.objects.filter(state="allocated"), left)
        for position in StockPosition.objects.annotate(free=queries.FREE):
            place = (position.sku, position.node)
            assert position.on_hand == moved.pop(place, 0)
            assert position.reserved == reserved.pop(place, 0)
            assert position.allocated == allocated.pop(place, 0)
            promised = position.reserved + position.allocated
            kept = position.quarantine + position.damaged + position.display
            may = max(position.on_hand - kept, 0) + position.backorder_limit
            assert position.shortage == max(promised - may, 0)
            assert position.free == may - promised
        assert not any({**moved, **reserved, **allocated}.values())

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert list(audit.audit(repair=False)) == []

    @invariant()
    def what_is_on_the_way_is_what_moved_and_did_not_arrive(self) -> None:
        moved = _sums(StockMovement.objects.filter(state="in_transit"), F("units"))
        supplies = _sums(Supply.objects.filter(kind="in_transit"), F("units"))
        assert {place: units for place, units in moved.items() if units} == supplies


def _sums(rows: QuerySet[Any], units: CombinedExpression | F) -> dict[tuple[str, str], int]:
    """The sum of an expression for each (sku, node)."""
    summed = rows.order_by().values_list("sku", "node").annotate(sum=Sum(units))
    return {(sku, node): units for sku, node, units in summed}


class StockBookTest(TestCase):
    def test_any_sequence_of_work_keeps_positions_and_rows_together(self) -> None:
        run_state_machine_as_test(
            StockBook,
            settings=settings(
                max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
