"""Returns over HTTP: who may, what is refused and with which words, and what the desk can do."""

from typing import Any

import pytest

from process_apis.orders.models import OrderLine
from process_apis.returns.models import Return, ReturnState
from tests.callers import Caller, a_key, problem
from tests.factories import NOON, a_catalog
from tests.load.refund_races import a_shipped_order

pytestmark = pytest.mark.django_db
SHOP, DESK = "/api/experience/storefront/v1", "/api/process/return_to_refund/v1"
MINE = f"{SHOP}/orders/W-1/returns"
ONE: dict[str, Any] = {"lines": [{"line_id": "1", "units": 1}], "reason": "too small"}


@pytest.fixture(autouse=True)
def yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order left the day before, so that its window is open."""
    a_catalog()
    a_shipped_order("W-1", units=2)
    monkeypatch.setattr("retail_platform.kernel.clock.now", lambda: NOON)


@pytest.fixture
def shopper() -> Caller:
    return Caller(a_key(scopes=["storefront.read", "storefront.orders"]))


@pytest.fixture
def desk() -> Caller:
    return Caller(a_key(name="desk", scopes=["process.read", "process.write"]))


def opened(shopper: Caller) -> str:
    return str(shopper.post(MINE, ONE).json()["number"])


def test_a_return_says_what_it_comes_to_and_can_be_followed(shopper: Caller) -> None:
    asked = shopper.post(MINE, ONE)

    followed = shopper.get(asked["Location"]).json()

    assert (asked.status_code, followed["state"], followed["total"]) == (
        202, "requested", {"amount": "119.00", "currency": "EUR"},
    )  # fmt: skip
    assert followed["arithmetic"] == [
        {"what": "1 x BOOT-42 as paid", "amount": {"amount": "119.00", "currency": "EUR"}}
    ]


def test_the_same_key_twice_is_one_return(shopper: Caller) -> None:
    first, again = shopper.post(MINE, ONE, key="k-1"), shopper.post(MINE, ONE, key="k-1")
    assert (first.json(), Return.objects.count()) == (again.json(), 1)


def test_an_unknown_order_is_not_found(shopper: Caller) -> None:
    assert problem(shopper.post(f"{SHOP}/orders/W-9/returns", ONE))["status"] == 404


def test_an_order_of_another_channel_is_not_found(shopper: Caller) -> None:
    other = Caller(a_key(name="other", scopes=["storefront.read", "storefront.orders"], channels=["elsewhere"]))
    number = opened(shopper)
    assert {other.post(MINE, ONE).status_code, other.get(f"{SHOP}/returns/{number}").status_code} == {404}


def test_more_than_was_bought_is_refused_with_the_line(shopper: Caller) -> None:
    told = problem(shopper.post(MINE, {"lines": [{"line_id": "1", "units": 3}]}))
    assert (told["status"], told["errors"][0]["pointer"]) == (422, "/lines/0")


def test_what_is_on_its_way_back_cannot_come_back_again(shopper: Caller) -> None:
    shopper.post(MINE, {"lines": [{"line_id": "1", "units": 2}]})
    told = problem(shopper.post(MINE, ONE))
    assert (told["status"], "0 can still come back" in told["errors"][0]["detail"]) == (409, True)


def test_a_refund_in_another_currency_is_refused(shopper: Caller) -> None:
    told = problem(shopper.post(MINE, {**ONE, "expected_refund": {"amount": "119.00", "currency": "USD"}}))
    assert (told["status"], told["type"]) == (422, "/problems/return-other-currency")


def test_another_sum_than_the_shopper_saw_is_refused(shopper: Caller) -> None:
    told = problem(shopper.post(MINE, {**ONE, "expected_refund": {"amount": "120.00", "currency": "EUR"}}))
    assert (told["status"], told["errors"][0]["detail"]) == (409, "it is 119.00 now")


def test_a_cancelled_line_cannot_come_back(shopper: Caller) -> None:
    OrderLine.objects.update(shipped=0, cancelled=2)
    told = problem(shopper.post(MINE, ONE))
    assert (told["status"], "was cancelled" in told["detail"]) == (422, True)


def test_after_its_window_a_line_stays(shopper: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retail_platform.kernel.clock.now", lambda: NOON.replace(month=5))
    told = problem(shopper.post(MINE, ONE))
    assert (told["status"], told["errors"][0]["detail"]) == (422, "window: line 1 could come back until 2026-04-01")


def test_goods_that_were_not_announced_fail_the_receipt(shopper: Caller, desk: Caller) -> None:
    a_catalog(skus=("COAT-1",))
    number = opened(shopper)
    body = {"node": "WH-1", "lines": [{"sku": "COAT-1", "units": 1}, {"sku": "NOBODY", "units": 1}]}
    told = problem(desk.post(f"{DESK}/returns/{number}/receive", body))
    assert (told["status"], [e["pointer"] for e in told["errors"]]) == (422, ["/lines/0", "/lines/1/sku"])


def test_more_goods_than_announced_fail_the_receipt(shopper: Caller, desk: Caller) -> None:
    number = opened(shopper)
    told = problem(
        desk.post(f"{DESK}/returns/{number}/receive", {"node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 2}]})
    )
    assert told["errors"] == [{"pointer": "/lines/0/units", "detail": "1 x BOOT-42 were announced, 2 came"}]


def test_the_desk_receives_and_inspects(shopper: Caller, desk: Caller) -> None:
    number = opened(shopper)
    body = {"node": "STORE-001", "lines": [{"sku": "BOOT-42", "units": 1}]}
    received = desk.post(f"{DESK}/returns/{number}/receive", body).json()
    seen = {"receipt": received["receipts"][0]["key"], "position": 1, "disposition": "restock"}
    inspected = desk.post(f"{DESK}/returns/{number}/inspect", seen).json()
    assert (received["state"], inspected["state"]) == ("received", "disposition_set")


def test_goods_are_inspected_once(shopper: Caller, desk: Caller) -> None:
    number = opened(shopper)
    body = {"node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 1}]}
    received = desk.post(f"{DESK}/returns/{number}/receive", body).json()
    seen = {"receipt": received["receipts"][0]["key"], "position": 1, "disposition": "restock"}
    desk.post(f"{DESK}/returns/{number}/inspect", seen)
    told = problem(desk.post(f"{DESK}/returns/{number}/inspect", {**seen, "disposition": "destroy"}))
    assert (told["status"], told["detail"]) == (409, "1 x BOOT-42 are restock already")


def test_a_rejected_return_frees_its_units(shopper: Caller, desk: Caller) -> None:
    number = opened(shopper)
    rejected = desk.post(f"{DESK}/returns/{number}/reject", {"reason": "worn"})
    assert (rejected.json()["state"], OrderLine.objects.get().returned) == (ReturnState.REJECTED, 0)


def test_who_asked_cannot_approve(desk: Caller) -> None:
    body = {"order_number": "W-1", "lines": [{"line_id": "1", "units": 1}]}
    number = desk.post(f"{DESK}/returns", body).json()["number"]
    Return.objects.update(state="held", held_for="approval")
    mine = problem(desk.post(f"{DESK}/returns/{number}/approve", {"reason": "ok"}))
    second = Caller(a_key(name="lead", scopes=["process.write"]))
    theirs = second.post(f"{DESK}/returns/{number}/approve", {"reason": "ok"}).json()
    assert (mine["type"], theirs["state"]) == ("/problems/second-person-needed", "authorised")


def test_the_list_shows_what_is_held(shopper: Caller, desk: Caller) -> None:
    opened(shopper)
    Return.objects.update(state="held", held_for="no_sale", waits_for="INV-W-1-1")
    rows = desk.get(f"{DESK}/returns?state=held").json()["items"]
    assert [row["waits_for"] for row in rows] == ["INV-W-1-1"]
