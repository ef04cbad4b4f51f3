"""What cannot be returned, on each face: every refusal is a problem that points at what is wrong."""

from typing import Any

import pytest

from process_apis.orders.models import Order, OrderLine
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.returns.models import ReceiptLine, Return, ReturnState
from tests.callers import Caller, a_key, problem
from tests.factories import NOON, a_catalog
from tests.load.refund_races import a_shipped_order

pytestmark = pytest.mark.django_db
SHOP = "/api/experience/storefront/v1"
TOOLS = "/api/experience/store_tools/v1/returns"
DESK = "/api/process/return_to_refund/v1"
STORE = "STORE-001"


@pytest.fixture(autouse=True)
def yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two boots of W-1 left the day before, so that its window is open."""
    a_catalog(skus=("BOOT-42", "COAT-1"))
    a_shipped_order("W-1", units=2)
    monkeypatch.setattr("retail_platform.kernel.clock.now", lambda: NOON)


class Face:
    """One way in: ask it for a return of an order."""

    def __init__(self, name: str) -> None:
        self.name = name
        scopes = [
            "storefront.read",
            "storefront.orders",
            "stores.read",
            "stores.write",
            "process.read",
            "process.write",
        ]
        self.caller = Caller(a_key(name=name, scopes=scopes))

    def ask(self, order: str = "W-1", *, key: str = "", line: str = "1", units: int = 1, **more: Any) -> Any:
        asked = {"line_id": line, "units": units}
        if self.name == "storefront":
            return self.caller.post(f"{SHOP}/orders/{order}/returns", {"lines": [asked], **more}, key=key)
        if self.name == "desk":
            return self.caller.post(f"{DESK}/returns", {"order_number": order, "lines": [asked], **more}, key=key)
        goods = {**asked, "sku": "BOOT-42"}
        return self.caller.post(
            TOOLS, {"node": STORE, "staff": "kim", "order_number": order, "lines": [goods], **more}, key=key
        )


@pytest.fixture(params=["storefront", "store", "desk"])
def face(request: pytest.FixtureRequest) -> Face:
    return Face(str(request.param))


@pytest.fixture
def desk() -> Caller:
    return Face("desk").caller


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in problem(answer)["errors"]]


def test_an_unknown_order_is_not_found(face: Face) -> None:
    assert problem(face.ask("W-9"))["status"] == 404


def test_a_line_the_order_does_not_have_is_pointed_at(face: Face) -> None:
    answer = face.ask(line="9")
    assert (answer.status_code, pointers(answer)) == (422, ["/lines/0"])


def test_more_than_was_bought_is_pointed_at(face: Face) -> None:
    answer = face.ask(units=3)
    assert (answer.status_code, pointers(answer)) == (422, ["/lines/0"])


def test_what_is_back_already_is_refused_with_what_is_left(face: Face) -> None:
    face.ask(units=2)
    refused = problem(face.ask())
    assert (refused["status"], "0 can still come back" in refused["errors"][0]["detail"]) == (409, True)


def test_a_cancelled_line_is_named(face: Face) -> None:
    OrderLine.objects.update(shipped=0, cancelled=2)
    refused = problem(face.ask())
    assert (refused["status"], refused["errors"][0]["detail"].partition(":")[0]) == (422, "cancelled")


def test_a_line_that_has_not_left_is_to_be_cancelled_instead(face: Face) -> None:
    OrderLine.objects.update(shipped=0)
    assert "cancel it instead" in problem(face.ask())["detail"]


def test_no_units_at_all_are_pointed_at(face: Face) -> None:
    answer = face.ask(units=0)
    assert (answer.status_code, pointers(answer)) == (400, ["/lines/0/units"])


def test_the_same_key_twice_is_one_return(face: Face) -> None:
    assert face.ask(key="k-1").json()["number"] == face.ask(key="k-1").json()["number"]


def test_the_same_key_for_something_else_is_refused(face: Face) -> None:
    face.ask(key="k-1")
    assert problem(face.ask(key="k-1", units=2))["status"] == 422


def test_a_refusal_leaves_nothing_behind(face: Face) -> None:
    face.ask(units=3)
    assert (Return.objects.count(), OrderLine.objects.get().returned) == (0, 0)


@pytest.mark.parametrize("name", ["storefront", "store"])
def test_another_currency_than_was_paid_is_refused(name: str) -> None:
    answer = Face(name).ask(expected_refund={"amount": "119.00", "currency": "USD"})
    assert (answer.status_code, pointers(answer)) == (422, ["/expected_refund/currency"])


@pytest.mark.parametrize("name", ["storefront", "store"])
def test_another_sum_than_the_customer_was_told_is_refused(name: str) -> None:
    answer = Face(name).ask(expected_refund={"amount": "120.00", "currency": "EUR"})
    assert (answer.status_code, pointers(answer)) == (409, ["/expected_refund/amount"])


@pytest.mark.parametrize("name", ["storefront", "desk"])
def test_an_order_of_another_channel_is_not_found(name: str) -> None:
    face = Face(name)
    scopes = ["storefront.orders", "process.write"]
    face.caller = Caller(a_key(name="elsewhere", scopes=scopes, channels=["elsewhere"]))
    assert problem(face.ask())["status"] == 404


def test_a_return_of_another_channel_is_not_found() -> None:
    number = Face("desk").ask().json()["number"]
    stranger = Caller(a_key(name="stranger", scopes=["process.read", "process.write"], channels=["elsewhere"]))
    answers = [
        stranger.get(f"{DESK}/returns/{number}"),
        stranger.post(f"{DESK}/returns/{number}/approve", {"reason": "ok"}),
        stranger.post(f"{DESK}/returns/{number}/reject", {"reason": "no"}),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_a_return_without_receipt_is_of_no_other_channel() -> None:
    Return.objects.create(number="R-1", key="r-1", channel="store", currency="EUR", requested_at=NOON)
    stranger = Caller(a_key(name="stranger", scopes=["process.read"], channels=["elsewhere"]))
    assert problem(stranger.get(f"{DESK}/returns/R-1"))["status"] == 404


def test_goods_of_another_line_at_the_counter_are_pointed_at() -> None:
    goods = [{"line_id": "1", "units": 1, "sku": "COAT-1"}]
    answer = Face("store").ask(lines=goods)
    assert (answer.status_code, pointers(answer), Return.objects.count()) == (422, ["/lines/0"], 0)


def test_a_line_without_its_name_at_the_counter_is_pointed_at() -> None:
    answer = Face("store").ask(lines=[{"sku": "BOOT-42", "units": 1}])
    assert (answer.status_code, pointers(answer)) == (400, ["/lines/0/line_id"])


def test_a_store_nobody_knows_is_pointed_at() -> None:
    answer = Face("store").ask(node="STORE-999")
    assert (answer.status_code, pointers(answer)) == (422, ["/node"])


def test_what_was_never_sold_has_no_price_without_a_receipt() -> None:
    goods = [{"sku": "COAT-1", "units": 1}]
    answer = Face("store").caller.post(TOOLS, {"node": STORE, "staff": "kim", "document": "L01", "lines": goods})
    assert (answer.status_code, pointers(answer)) == (422, ["/lines"])


def test_a_node_nobody_knows_is_pointed_at_by_the_desk(desk: Caller) -> None:
    answer = Face("desk").ask(node="NOWHERE")
    assert (answer.status_code, pointers(answer)) == (422, ["/node"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "return"}, "/lines"),
        ({"kind": "goodwill"}, "/goodwill"),
        ({"kind": "goodwill", "goodwill": {"amount": "1.00", "currency": "EUR"},
          "lines": [{"line_id": "1", "units": 1}]}, "/lines"),
        ({"kind": "return", "goodwill": {"amount": "1.00", "currency": "EUR"},
          "lines": [{"line_id": "1", "units": 1}]}, "/goodwill"),
    ],
)  # fmt: skip
def test_money_and_goods_that_do_not_go_together_are_pointed_at(
    desk: Caller, body: dict[str, Any], pointer: str
) -> None:
    answer = desk.post(f"{DESK}/returns", {"order_number": "W-1", **body})
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


@pytest.mark.parametrize(
    ("amount", "currency", "pointer"), [("1.00", "USD", "/goodwill/currency"), ("238.01", "EUR", "/goodwill/amount")]
)
def test_a_goodwill_in_another_currency_or_beyond_what_was_paid_is_refused(
    desk: Caller, amount: str, currency: str, pointer: str
) -> None:
    body = {"order_number": "W-1", "kind": "goodwill", "goodwill": {"amount": amount, "currency": currency}}
    answer = desk.post(f"{DESK}/returns", body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


def received(desk: Caller, **line: Any) -> tuple[str, dict[str, Any]]:
    """The number of a return whose goods are here, and what an inspection of them names."""
    number = Face("desk").ask().json()["number"]
    goods = {"node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 1, **line}]}
    answer = desk.post(f"{DESK}/returns/{number}/receive", goods).json()
    return number, {"receipt": answer["receipts"][0]["key"], "position": 1}


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"amount": "40.01", "currency": "EUR"}, "/value/amount"),
        ({"amount": "1.00", "currency": "USD"}, "/value/currency"),
    ],
)
def test_goods_marked_down_are_worth_their_cost_at_most_in_its_currency(
    desk: Caller, value: dict[str, str], pointer: str
) -> None:
    number, seen = received(desk)
    answer = desk.post(f"{DESK}/returns/{number}/inspect", {**seen, "disposition": "refurbish", "value": value})
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


def test_only_refurbished_goods_get_a_value(desk: Caller) -> None:
    number, seen = received(desk)
    value = {"amount": "1.00", "currency": "EUR"}
    answer = desk.post(f"{DESK}/returns/{number}/inspect", {**seen, "disposition": "restock", "value": value})
    assert (answer.status_code, pointers(answer)) == (422, ["/value"])


def test_a_receipt_of_another_return_is_not_found(desk: Caller) -> None:
    _, seen = received(desk)
    other = Face("desk").ask().json()["number"]
    answer = desk.post(f"{DESK}/returns/{other}/inspect", {**seen, "disposition": "restock"})
    assert problem(answer)["status"] == 404


def test_goods_of_a_return_that_was_rejected_are_not_received_for_it(desk: Caller) -> None:
    number = Face("desk").ask().json()["number"]
    desk.post(f"{DESK}/returns/{number}/reject", {"reason": "worn"})
    goods = {"node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 1}]}
    answer = problem(desk.post(f"{DESK}/returns/{number}/receive", goods))
    assert (answer["status"], "without its number" in answer["detail"]) == (409, True)


def test_a_return_that_waits_for_nobody_cannot_be_approved_twice(desk: Caller) -> None:
    number = Face("desk").ask().json()["number"]
    desk.post(f"{DESK}/returns/{number}/approve", {"reason": "known"})
    answer = problem(desk.post(f"{DESK}/returns/{number}/approve", {"reason": "known"}))
    assert (answer["status"], answer["type"]) == (409, "/problems/return-wrong-state")


def test_a_return_that_is_credited_cannot_be_rejected(desk: Caller) -> None:
    parent = opening.open_return(number="W-1", key="k", lines=[Asked("1", 1)], now=NOON)
    Return.objects.update(state=ReturnState.CREDITED)
    answer = problem(desk.post(f"{DESK}/returns/{parent.number}/reject", {"reason": "worn"}))
    assert (answer["status"], Order.objects.get().lines.get().returned) == (409, 1)


def test_suspect_goods_are_set_aside_and_nothing_else(desk: Caller) -> None:
    number, seen = received(desk)
    body = {**seen, "disposition": "restock", "suspect": "empty_box"}
    answer = desk.post(f"{DESK}/returns/{number}/inspect", body)
    assert (answer.status_code, pointers(answer)) == (422, ["/disposition"])


def test_who_suspects_goods_cannot_clear_them(desk: Caller) -> None:
    number, seen = received(desk)
    desk.post(f"{DESK}/returns/{number}/inspect", {**seen, "disposition": "quarantine", "suspect": "empty_box"})
    answer = desk.post(f"{DESK}/returns/{number}/inspect", {**seen, "disposition": "restock", "suspect": ""})
    assert problem(answer)["type"] == "/problems/second-person-needed"


def test_another_serial_number_than_was_announced_is_set_aside_by_itself(desk: Caller) -> None:
    body = {"order_number": "W-1", "lines": [{"line_id": "1", "units": 1, "serial": "SN-1"}]}
    number = desk.post(f"{DESK}/returns", body).json()["number"]
    goods = {"node": "WH-1", "lines": [{"sku": "BOOT-42", "units": 1, "serial": "SN-2"}]}
    shown = desk.post(f"{DESK}/returns/{number}/receive", goods).json()
    assert shown["receipts"][0]["lines"][0]["suspect"] == "serial_mismatch"
    assert ReceiptLine.objects.get().disposition == "quarantine"
