"""What a caller does with the stock book over HTTP: hold goods, move them between nodes, tell what is to come."""

from datetime import timedelta
from typing import Any

import pytest

from process_apis.stock import services
from process_apis.stock.models import Lot, Reservation, StockPosition, Supply
from process_apis.stock.reserving import losing
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from tests.callers import Caller, a_key, problem
from tests.factories import NOON, a_catalog, a_movement, on_hand

pytestmark = pytest.mark.django_db
STOCK = "/api/process/stock/v1"
LINE = {"sku": "BOOT-42", "node": "WH-1", "units": 2}


@pytest.fixture(autouse=True)
def goods() -> None:
    a_catalog(stores=2)
    on_hand({"BOOT-42": 10})


@pytest.fixture
def caller() -> Caller:
    return Caller(a_key(scopes=["process.read", "process.write"]))


@pytest.fixture
def bound() -> Caller:
    """A caller of STORE-002 only."""
    return Caller(a_key(name="till-2", scopes=["process.read", "process.write"], stores=["STORE-002"]))


def hold(caller: Caller, **changes: Any) -> Any:
    return caller.post(f"{STOCK}/holds", {"holder": "basket-1", "lines": [LINE], **changes})


def reserved() -> int:
    return StockPosition.objects.get(sku="BOOT-42", node="WH-1").reserved


def test_what_is_held_is_answered_with_its_id_and_its_end(caller: Caller) -> None:
    answer = hold(caller, seconds=60)
    assert (answer.status_code, answer["Location"]) == (201, f"{STOCK}/holds/{answer.json()['id']}")
    assert answer.json()["lines"][0]["state"] == "held"
    assert caller.get(answer["Location"]).json() == answer.json()


def test_a_held_basket_is_promised_to_an_order_once(caller: Caller) -> None:
    path = hold(caller)["Location"]
    assert caller.post(f"{path}/confirm", {"order_number": "W-1"}).json()["order_number"] == "W-1"
    assert caller.delete(path).status_code == 409
    assert reserved() == 2


def test_what_is_given_back_is_free_again(caller: Caller) -> None:
    path = hold(caller)["Location"]
    assert (caller.delete(path).status_code, caller.delete(path).status_code, reserved()) == (204, 204, 0)
    assert problem(caller.post(f"{path}/confirm", {"order_number": "W-1"}))["type"] == "/problems/hold-expired"


def test_more_than_there_is_cannot_be_held(caller: Caller) -> None:
    answer = hold(caller, lines=[{**LINE, "units": 11}])
    assert (answer.status_code, problem(answer)["type"]) == (409, "/problems/out-of-stock")
    assert "11 wanted, 10 free" in problem(answer)["detail"]


def test_another_clients_hold_is_not_to_be_found(caller: Caller, bound: Caller) -> None:
    path = hold(caller)["Location"]
    assert (bound.get(path).status_code, bound.delete(path).status_code) == (404, 404)


def test_a_client_of_one_store_holds_nothing_elsewhere(bound: Caller) -> None:
    assert problem(hold(bound))["errors"][0]["pointer"] == "/lines/0/node"


def moved(caller: Caller, stage: str = "", **body: Any) -> Any:
    answer = caller.post(f"{STOCK}/transfers{stage}", body)
    assert answer.status_code < 300, answer.content
    return answer.json()


def a_plan(caller: Caller) -> None:
    lines = [{"sku": "BOOT-42", "units": 4}]
    moved(caller, reference="TR-1", from_node="WH-1", to_node="STORE-001", due_on="2026-03-09", lines=lines)


def test_a_transfer_is_planned_shipped_received_and_closed(caller: Caller) -> None:
    a_plan(caller)
    assert moved(caller, "/TR-1/ship")["state"] == "shipped"
    lines = [{"sku": "BOOT-42", "units": 3}]
    assert moved(caller, "/TR-1/receive", receipt="R-1", lines=lines)["lines"][0]["outstanding"] == 1
    assert moved(caller, "/TR-1/close", reason="lost")["state"] == "closed"
    assert caller.get(f"{STOCK}/transfers/TR-1").json() == caller.get(f"{STOCK}/transfers").json()["items"][0]


def test_a_transfer_between_others_stores_is_not_to_be_found(caller: Caller, bound: Caller) -> None:
    a_plan(caller)
    assert bound.get(f"{STOCK}/transfers/TR-1").status_code == 404
    assert bound.get(f"{STOCK}/transfers").json()["items"] == []


LOT = {"sku": "BOOT-42", "node": "WH-1", "lot": "L-1", "units": 4, "expires_on": "2026-03-09", "source": "wms"}


def test_a_lot_is_told_by_the_owner_of_the_goods(caller: Caller) -> None:
    for units, standing in ((4, 1), (3, 1), (0, 0)):
        answer = caller.post(f"{STOCK}/lots", {"lots": [{**LOT, "units": units}]})
        listed = caller.get(f"{STOCK}/lots?sku=BOOT-42").json()["items"]
        assert (answer.json()["standing"], len(listed)) == (standing, standing)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"source": "erp"}, "source"), ({"sku": "NONE"}, "sku"), ({"node": "MOON"}, "node")],
)
def test_a_lot_nobody_may_tell_is_refused_by_name(caller: Caller, changes: dict[str, str], pointer: str) -> None:
    answer = caller.post(f"{STOCK}/lots", {"lots": [LOT, {**LOT, **changes}]})
    assert problem(answer)["errors"][0]["pointer"] == f"/lots/1/{pointer}"
    assert not Lot.objects.exists()


COUNT = {"reference": "CC-1", "node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 7}]}


def counted(caller: Caller, **changes: Any) -> Any:
    return caller.post(f"{STOCK}/counts", {**COUNT, **changes})


def on_shelf() -> int:
    return StockPosition.objects.get(sku="BOOT-42", node="WH-1").on_hand


def test_the_book_follows_what_people_counted_and_twice_is_once(caller: Caller) -> None:
    at = clock.now().isoformat()
    first, again = (counted(caller, counted_at=at).json()["lines"][0]["adjusted"] for _ in range(2))
    assert (first, again, on_shelf()) == (-3, 0, 7)


def test_a_loss_found_by_counting_is_told_to_the_accounts(caller: Caller) -> None:
    counted(caller)
    lines = Fact.objects.get(name="stock.adjusted").data["lines"]
    assert lines == [{"sku": "BOOT-42", "units": -3}]


def test_an_older_count_than_the_last_is_refused(caller: Caller) -> None:
    counted(caller)
    before = (clock.now() - timedelta(hours=1)).isoformat()
    late = counted(caller, reference="CC-0", counted_at=before, lines=[{"sku": "BOOT-42", "units": 1}])
    assert (problem(late)["type"], on_shelf()) == ("/problems/stale-count", 7)


def test_a_sale_told_late_that_happened_before_the_count_is_not_taken_twice(caller: Caller) -> None:
    counted(caller)
    services.move([a_movement(key="late", units=-1, reason="sale", occurred_at=NOON)])
    assert on_shelf() == 7


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"lines": [{"sku": "NONE", "units": 1}]}, "/lines/0/sku"),
        ({"node": "MOON"}, "/node"),
        ({"counted_at": "2999-01-01T00:00:00Z"}, "/counted_at"),
        ({"lines": [{"sku": "BOOT-42", "units": -1}]}, "/lines/0/units"),
        ({"lines": [{"sku": "BOOT-42", "units": 1.5}]}, "/lines/0/units"),
        ({"lines": [{"sku": "BOOT-42", "units": 1}] * 2}, "/lines"),
    ],
)
def test_a_count_that_cannot_be_names_the_field_and_changes_nothing(
    caller: Caller, changes: dict[str, Any], pointer: str
) -> None:
    assert problem(counted(caller, **changes))["errors"][0]["pointer"] == pointer
    assert on_shelf() == 10


def test_a_store_counts_its_own_goods_only(bound: Caller) -> None:
    assert counted(bound).status_code == 404


SUPPLY = {"reference": "PO-1", "sku": "BOOT-42", "node": "WH-1", "units": 40, "due_on": "2026-03-09", "source": "erp"}


def test_what_is_ordered_is_told_by_its_owner(caller: Caller) -> None:
    for units, standing in ((40, 1), (15, 1), (0, 0)):
        answer = caller.post(f"{STOCK}/supplies", {"supplies": [{**SUPPLY, "units": units}]})
        assert (answer.json(), Supply.objects.count()) == ({"standing": standing}, standing)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"source": "wms"}, "source"), ({"sku": "NONE"}, "sku"), ({"node": "MOON"}, "node")],
)
def test_a_supply_nobody_may_tell_is_refused_by_name(caller: Caller, changes: dict[str, str], pointer: str) -> None:
    answer = caller.post(f"{STOCK}/supplies", {"supplies": [{**SUPPLY, **changes}]})
    assert problem(answer)["errors"][0]["pointer"] == f"/supplies/0/{pointer}"


def test_a_limit_lets_more_be_promised_than_there_is_and_stays_above_what_is_promised(caller: Caller) -> None:
    path = f"{STOCK}/backorder_limits/WH-1/BOOT-42"
    assert caller.put(path, {"units": 5}).status_code == 200
    assert hold(caller, lines=[{**LINE, "units": 14}]).status_code == 201
    assert problem(caller.put(path, {"units": 3}))["type"] == "/problems/promised-beyond"
    assert caller.put(path, {"units": 4}).status_code == 200


def test_the_history_of_a_sku_ends_with_what_is_on_hand(caller: Caller) -> None:
    answer = caller.get(f"{STOCK}/stock/BOOT-42/history?from=2026-02-01T00:00:00Z&until=2026-04-01T00:00:00Z")
    line = answer.json()["lines"][0]
    assert (line["on_hand"][0], line["on_hand"][-1], len(answer.json()["at"])) == (0, 10, len(line["on_hand"]))


def test_the_history_tells_what_was_promised_and_free_when(caller: Caller) -> None:
    services.reserve(order_number="W-1", demands=[services.Demand("1", "BOOT-42", "WH-1", 4)])
    services.release(order_number="W-1")
    services.reserve(order_number="W-2", demands=[services.Demand("1", "BOOT-42", "WH-1", 3)])
    then = clock.now()
    Reservation.objects.filter(order_number="W-1").update(
        created_at=then - timedelta(days=20), changed_at=then - timedelta(days=10)
    )
    line = caller.get(f"{STOCK}/stock/BOOT-42/history").json()["lines"][0]
    assert (line["promised"][0], max(line["promised"]), line["promised"][-1]) == (0, 4, 3)
    assert (line["free"][0], min(line["free"]), line["free"][-1]) == (10, 6, 7)


def test_a_history_that_ends_before_it_begins_is_refused(caller: Caller) -> None:
    path = f"{STOCK}/stock/BOOT-42/history?from=2026-04-01T00:00:00Z&until=2026-02-01T00:00:00Z"
    assert problem(caller.get(path))["errors"][0]["parameter"] == "until"


def test_what_was_sold_at_a_till_meanwhile_is_named_at_the_confirm(caller: Caller) -> None:
    held = hold(caller)
    services.move([a_movement(key="till:1", units=-9, reason="sale")])
    losing.lose(hold=held.json()["id"], sku="BOOT-42", node="WH-1")
    refused = problem(caller.post(f"{held['Location']}/confirm", {"order_number": "W-1"}))
    assert (refused["type"], "2 x BOOT-42 at WH-1" in refused["detail"]) == ("/problems/hold-lost", True)
    assert caller.get(held["Location"]).json()["lines"][0]["state"] == "lost"
