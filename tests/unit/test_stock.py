"""The stock book: a basket is promised whole or not at all, nothing is promised twice, and a repeat changes nothing."""

import threading
from collections.abc import Iterable

import pytest
from django.db import DatabaseError, connection, transaction

from canonical.stock import MovementReason, StockState
from process_apis.cases.models import Case
from process_apis.stock import queries, services
from process_apis.stock.models import Reservation, StockMovement, StockPosition
from process_apis.stock.services import Demand, NothingReserved, OutOfStock
from retail_platform.kernel.outbox.models import Fact
from tests.factories import NOON, a_movement, on_hand

pytestmark = pytest.mark.django_db


def a_demand(units: int = 1, *, sku: str = "BOOT-42", line_id: str = "1", node: str = "WH-1") -> Demand:
    return Demand(line_id=line_id, sku=sku, node=node, units=units)


def reserve(*demands: Demand, order: str = "W-1") -> None:
    services.reserve(order_number=order, demands=demands)


def dispatch(units: int, *, parcel: str = "P-1", order: str = "W-1") -> None:
    services.dispatch(order_number=order, parcel=parcel, node="WH-1", units={"1": {"BOOT-42": units}}, at=NOON)


def shelf(sku: str = "BOOT-42") -> tuple[int, int]:
    """On hand and reserved in the warehouse."""
    position = StockPosition.objects.get(sku=sku, node="WH-1")
    return position.on_hand, position.reserved


def test_movements_add_up_to_the_position() -> None:
    services.move([a_movement(units=10), a_movement(key="adj:1", units=-3)])
    assert shelf() == (7, 0)


def test_a_movement_told_twice_counts_once() -> None:
    assert services.move([a_movement()]) == 1
    assert services.move([a_movement(), a_movement(key="receipt:2", units=1)]) == 1
    assert shelf() == (11, 0)


def test_goods_that_leave_though_promised_leave_a_shortage_and_a_case_that_names_the_order() -> None:
    on_hand({"BOOT-42": 2})
    reserve(a_demand(2))
    services.move([a_movement(key="b", units=-1)])
    assert (shelf(), StockPosition.objects.get().shortage) == ((1, 2), 1)
    assert "W-1" in Case.objects.get().detail


def test_a_shortage_goes_when_the_goods_come() -> None:
    on_hand({"BOOT-42": 2})
    reserve(a_demand(2))
    services.move([a_movement(key="b", units=-1)])
    services.move([a_movement(key="c", units=1)])
    assert StockPosition.objects.get().shortage == 0


def test_nothing_more_is_promised_while_there_is_a_shortage() -> None:
    on_hand({"BOOT-42": 2})
    reserve(a_demand(2))
    services.move([a_movement(key="b", units=-1)])
    with pytest.raises(OutOfStock, match="1 wanted, 0 free"), transaction.atomic():
        reserve(a_demand(1), order="W-2")


def test_a_sale_before_its_receipt_is_taken_and_listed() -> None:
    services.move([a_movement(units=-2, reason=MovementReason.SALE)])
    assert (shelf(), Case.objects.get().fingerprint) == ((-2, 0), "stock.negative:WH-1:BOOT-42")


def test_a_known_key_with_other_content_is_a_case_and_the_first_word_stands() -> None:
    services.move([a_movement()])
    services.move([a_movement(units=11)])
    assert (shelf(), Case.objects.get().fingerprint) == ((10, 0), "stock.conflict:receipt:1")


def test_one_key_twice_in_one_call_with_other_content_is_a_case() -> None:
    services.move([a_movement(), a_movement(units=11)])
    assert Case.objects.get().fingerprint == "stock.conflict:receipt:1"


@pytest.mark.parametrize("state", ["quarantine", "damaged", "display"])
def test_goods_that_cannot_be_sold_are_not_promised(state: str) -> None:
    on_hand({"BOOT-42": 5})
    services.move([a_movement(key="d", units=4, state=StockState(state))])
    with pytest.raises(OutOfStock), transaction.atomic():
        reserve(a_demand(2))
    assert queries.free(["BOOT-42"]) == {"BOOT-42": {"WH-1": 1}}


def test_what_a_node_was_asked_to_send_is_allocated_and_leaves_from_there() -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(3))
    assert services.allocate(order_number="W-1") == 3
    dispatch(1)
    position = StockPosition.objects.get()
    assert (position.on_hand, position.reserved, position.allocated) == (4, 0, 2)
    assert services.release(order_number="W-1") == 2
    assert StockPosition.objects.get().allocated == 0


@pytest.mark.parametrize("statement", ["UPDATE stock_stockmovement SET units = 1", "DELETE FROM stock_stockmovement"])
def test_movements_stay(statement: str) -> None:
    on_hand({"BOOT-42": 2})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert StockMovement.objects.count() == 1


def test_a_basket_is_promised_whole() -> None:
    on_hand({"BOOT-42": 5, "COAT-1": 5})
    reserve(a_demand(2), a_demand(3, sku="COAT-1", line_id="2"))
    assert (shelf(), shelf("COAT-1")) == ((5, 2), (5, 3))


def test_a_basket_that_lacks_one_line_is_not_promised_at_all() -> None:
    on_hand({"BOOT-42": 5, "COAT-1": 1})
    with pytest.raises(OutOfStock, match="COAT-1 at WH-1: 2 wanted, 1 free"), transaction.atomic():
        reserve(a_demand(2), a_demand(2, sku="COAT-1", line_id="2"))
    assert (shelf(), shelf("COAT-1"), Reservation.objects.count()) == ((5, 0), (1, 0), 0)


def test_a_sku_nobody_has_is_named() -> None:
    with pytest.raises(OutOfStock, match="GHOST at WH-1: 1 wanted, 0 free"), transaction.atomic():
        reserve(a_demand(sku="GHOST"))


def test_two_lines_of_one_sku_count_together() -> None:
    on_hand({"BOOT-42": 3})
    with pytest.raises(OutOfStock, match="4 wanted, 3 free"), transaction.atomic():
        reserve(a_demand(2), a_demand(2, line_id="2"))
    reserve(a_demand(2), a_demand(1, line_id="2"))
    assert shelf() == (3, 3)


def test_a_basket_promised_twice_is_promised_once() -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(2))
    reserve(a_demand(2))
    assert shelf() == (5, 2)


def test_what_is_released_can_be_promised_again() -> None:
    on_hand({"BOOT-42": 2})
    reserve(a_demand(2))
    assert services.release(order_number="W-1") == 2
    assert services.release(order_number="W-1") == 0
    reserve(a_demand(2), order="W-2")
    assert shelf() == (2, 2)


def test_only_what_has_not_left_is_released() -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(3))
    dispatch(1)
    assert services.release(order_number="W-1") == 2
    assert shelf() == (4, 0)


def test_a_parcel_takes_its_goods_off_the_shelf_and_off_the_promise() -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(3))
    dispatch(2)
    assert shelf() == (3, 1)
    assert StockMovement.objects.get(key="parcel:P-1:1:BOOT-42").units == -2


@pytest.mark.parametrize("units", [3, 9])
def test_a_parcel_with_more_than_was_promised_is_refused(units: int) -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(2))
    with pytest.raises(NothingReserved), transaction.atomic():
        dispatch(units)
    assert shelf() == (5, 2)


def test_the_database_itself_refuses_to_promise_more_than_there_is() -> None:
    on_hand({"BOOT-42": 1})
    with pytest.raises(DatabaseError, match="never_oversold"), transaction.atomic():
        StockPosition.objects.update(reserved=2)


def test_each_change_is_told() -> None:
    on_hand({"BOOT-42": 5})
    reserve(a_demand(2))
    assert [fact.data["skus"] for fact in Fact.objects.filter(name="stock.changed")] == [["BOOT-42"], ["BOOT-42"]]


def test_what_is_free_leaves_out_nodes_that_have_nothing() -> None:
    on_hand({"BOOT-42": 2})
    on_hand({"BOOT-42": 1}, node="STORE-001")
    reserve(a_demand(1, node="STORE-001"))
    assert queries.free(["BOOT-42"]) == {"BOOT-42": {"WH-1": 2}}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(170)
def test_of_fifty_shoppers_after_the_last_unit_exactly_one_gets_it_two_hundred_times() -> None:
    rounds, shoppers = 200, 50
    on_hand({f"LAST-{number}": 1 for number in range(rounds)})
    gate = threading.Barrier(shoppers)
    won: list[list[str]] = [[] for _ in range(rounds)]

    def shop(name: int) -> None:
        try:
            for number in range(rounds):
                gate.wait()
                try:
                    reserve(a_demand(sku=f"LAST-{number}"), order=f"W-{number}-{name}")
                    won[number].append(f"W-{number}-{name}")
                except OutOfStock:
                    pass
        finally:
            gate.abort()
            connection.close()

    _run(threading.Thread(target=shop, args=(name,)) for name in range(shoppers))
    assert [len(winners) for winners in won] == [1] * rounds
    assert set(StockPosition.objects.values_list("on_hand", "reserved")) == {(1, 1)}
    assert Reservation.objects.count() == rounds


@pytest.mark.django_db(transaction=True)
def test_baskets_that_want_the_same_goods_in_another_order_do_not_block_each_other() -> None:
    skus = [f"S-{number}" for number in range(6)]
    on_hand(dict.fromkeys(skus, 1000))
    errors: list[Exception] = []

    def shop(name: int) -> None:
        mixed = skus[name % 6 :] + skus[: name % 6]
        try:
            for number in range(20):
                demands = [a_demand(sku=sku, line_id=sku) for sku in (mixed if number % 2 else reversed(mixed))]
                reserve(*demands, order=f"W-{name}-{number}")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    _run(threading.Thread(target=shop, args=(name,)) for name in range(12))
    assert errors == []
    assert set(StockPosition.objects.values_list("reserved", flat=True)) == {240}


def _run(threads: Iterable[threading.Thread]) -> None:
    started = list(threads)
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
