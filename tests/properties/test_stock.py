"""Whatever is received, promised, given back and sent, in whatever order: the positions are what the rows add up to."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import CombinedExpression
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from process_apis.stock import services
from process_apis.stock.models import Reservation, StockMovement, StockPosition
from process_apis.stock.services import Demand, NothingReserved, OutOfStock
from tests.factories import NOON, a_movement

SKUS, NODES, ORDERS = ["A", "B"], ["N1", "N2"], [f"W-{number}" for number in range(5)]
skus, nodes, orders, few = st.sampled_from(SKUS), st.sampled_from(NODES), st.sampled_from(ORDERS), st.integers(1, 5)


class StockBook(RuleBasedStateMachine):
    """Random work on the stock book, some of it told twice or impossible."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.parcels = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @rule(key=st.integers(1, 15), sku=skus, node=nodes, units=st.integers(-4, 9).filter(bool))
    def move(self, key: int, sku: str, node: str, units: int) -> None:
        self._try(services.move, [a_movement(key=f"m:{key}", sku=sku, node=node, units=units)])

    @rule(order=orders, basket=st.lists(st.tuples(skus, nodes, few), min_size=1, max_size=3))
    def reserve(self, order: str, basket: list[tuple[str, str, int]]) -> None:
        demands = [Demand(str(number), *part) for number, part in enumerate(basket)]
        self._try(services.reserve, order_number=order, demands=demands)

    @rule(order=orders)
    def release(self, order: str) -> None:
        services.release(order_number=order)

    @rule(order=orders, node=nodes, sku=skus, units=few)
    def dispatch(self, order: str, node: str, sku: str, units: int) -> None:
        self.parcels += 1
        self._try(
            services.dispatch, order_number=order, parcel=f"P-{self.parcels}", node=node, units={"0": {sku: units}},
            at=NOON,
        )  # fmt: skip

    def _try(self, work: object, *args: object, **kwargs: object) -> None:
        try:
            with transaction.atomic():
                work(*args, **kwargs)  # type: ignore[operator]
        except (OutOfStock, NothingReserved):
            pass

    @invariant()
    def positions_are_what_the_rows_add_up_to(self) -> None:
        moved = _sums(StockMovement.objects.filter(state="on_hand"), F("units"))
        promised = _sums(Reservation.objects.filter(state__in=["held", "open"]), F("units") - F("consumed"))
        for position in StockPosition.objects.all():
            place = (position.sku, position.node)
            assert (position.on_hand, position.reserved) == (moved.pop(place, 0), promised.pop(place, 0))
            assert position.shortage == max(position.reserved - max(position.on_hand, 0), 0)
        assert (moved, promised) == ({}, {})


def _sums(rows: QuerySet[Any], units: CombinedExpression | F) -> dict[tuple[str, str], int]:
    """The sum of an expression for each (sku, node)."""
    summed = rows.order_by().values_list("sku", "node").annotate(sum=Sum(units))
    return {(sku, node): units for sku, node, units in summed}


class StockBookTest(TestCase):
    def test_any_sequence_of_work_keeps_positions_and_rows_together(self) -> None:
        run_state_machine_as_test(
            StockBook,
            settings=settings(
                max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
