"""Units a node does not have, goods that are not there yet, nodes that do not answer: what becomes of the order."""

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from process_apis.catalog.models import BundlePart, Node, Product
from process_apis.fulfilment import watch
from process_apis.fulfilment.decisions import Rule, instead, promise_day, rule_for
from process_apis.fulfilment.models import HandlingRule, SendRequest, SentLater, Substitute
from process_apis.orders.models import Cancellation, Order, OrderEvent, OrderLine, OrderState, Parcel
from process_apis.stock.models import Reservation, Supply
from process_apis.stock.queries import to_send
from process_apis.stock.reserving import backorders
from process_apis.stock.services import move
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.inbox import services as inbox
from tests.factories import a_line, a_movement, an_order, eur, on_hand
from tests.playing import AT_ONCE_MS, Play, books, desk, money, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
NUMBER = "W-1001"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop
        sandbox.setup(shorts={}, silent_nodes=[])


def a_rule(*ways: str, **changes: Any) -> None:
    HandlingRule.objects.create(ways=",".join(ways), **changes)


def two_lines(**changes: Any) -> Any:
    """A boot and two coats at 119.00."""
    lines = (a_line(line_id="1", sku="BOOT-42"), a_line(line_id="2", sku="COAT-1", quantity=2, tax=eur(3800)))
    return an_order(lines=lines, **changes)


def found_short(play: Play, missing: dict[str, int], *, order: Any = None, **elsewhere: dict[str, int]) -> None:
    """The order is placed and released, and WH-1 lacks these units: its report has come in."""
    shorts = {NUMBER: {"WH-1": missing, "STORE-001": elsewhere.get("store", {})}}
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1}, shorts=shorts)
    play.place(order or two_lines())
    play.go()
    hear_short(play, 1)


def hear_short(play: Play, count: int) -> None:
    """The report of the so-manieth release that was short comes in."""
    told = effects(play, "short", count=count)[count - 1]
    event = {
        "event_id": told["key"], "topic": "release.short", "release_id": told["reference"], "order_no": NUMBER,
        "node": told["node"], "lines": told["lines"],
    }  # fmt: skip
    inbox.receive(
        connection=Connection.objects.get(code="wms"), event_id=told["key"], topic="release.short",
        fact_name="wms.short_reported", raw=json.dumps(event).encode(), headers={}, now=clock.now(),
    )  # fmt: skip
    play.go()


def effects(play: Play, operation: str, *, count: int = 1) -> list[dict[str, Any]]:
    until = time.monotonic() + 10
    while len(found := play.sandbox.effects(operation=operation, subject=NUMBER)) < count:
        assert time.monotonic() < until, f"the warehouse did no {operation}"
        time.sleep(0.02)
    return found


def asked(play: Play) -> list[tuple[str, list[tuple[str, int]]]]:
    """What each node was asked to send, in order."""
    return [
        (each["node"], [(line["sku"], line["qty"]) for line in each["lines"]])
        for each in play.sandbox.effects(operation="release", subject=NUMBER)
    ]


def units() -> dict[str, tuple[int, int, int]]:
    """Ordered, shipped, cancelled, by line."""
    lines = OrderLine.objects.filter(order__number=NUMBER)
    return {line.line_id: (line.quantity, line.shipped, line.cancelled) for line in lines}


def state() -> str:
    return Order.objects.get(number=NUMBER).state


def test_units_that_are_missing_are_sent_by_another_node(play: Play) -> None:
    on_hand({"COAT-1": 3}, node="STORE-001")
    found_short(play, {"COAT-1": 1})
    play.later()
    assert asked(play) == [("WH-1", [("BOOT-42", 1), ("COAT-1", 2)]), ("STORE-001", [("COAT-1", 1)])]

    play.parcels_leave(NUMBER, count=2)
    play.later(3)
    assert (state(), units()) == (OrderState.CLOSED, {"1": (1, 1, 0), "2": (2, 2, 0)})
    assert money(NUMBER) == (35700, 0, 0)


def test_who_lacked_it_is_not_asked_again(play: Play) -> None:
    on_hand({"COAT-1": 3}, node="STORE-001")
    found_short(play, {"COAT-1": 1}, store={"COAT-1": 1})
    play.later()
    hear_short(play, 2)
    play.parcels_leave(NUMBER)
    play.later(6)

    assert [node for node, _ in asked(play)] == ["WH-1", "STORE-001"]
    assert (state(), units()["2"], money(NUMBER)) == (OrderState.CLOSED, (2, 1, 1), (23800, 0, 11900))


def test_a_report_heard_twice_moves_goods_once(play: Play) -> None:
    on_hand({"COAT-1": 3}, node="STORE-001")
    found_short(play, {"COAT-1": 1})
    later = SentLater.objects.get()
    hear_short(play, 1)
    assert SentLater.objects.get() == later


def test_a_part_of_a_bundle_that_is_missing_is_sent_by_another_node_and_billed_with_it(play: Play) -> None:
    BundlePart.objects.create(bundle="SOCK-1", part="BOOT-42", units=1)
    BundlePart.objects.create(bundle="SOCK-1", part="COAT-1", units=2)
    on_hand({"COAT-1": 3}, node="STORE-001")
    found_short(play, {"COAT-1": 1}, order=an_order(lines=(a_line(sku="SOCK-1"),)))
    play.parcels_leave(NUMBER, count=2)
    play.later(3)
    assert (state(), money(NUMBER)) == (OrderState.CLOSED, (11900, 0, 0))
    assert sorted(Parcel.objects.values_list("total_minor", flat=True)) == [0, 11900]


def test_a_cancellation_waits_while_a_node_is_being_asked(play: Play) -> None:
    on_hand({"COAT-1": 3}, node="STORE-001")
    found_short(play, {"COAT-1": 1})
    SentLater.objects.update(state="sending")
    asked_for = play.cancel(NUMBER, {"2": 1})
    play.go()
    assert Cancellation.objects.get(id=asked_for.id).state == "requested"
    SentLater.objects.update(state="sent")
    play.later(2)
    assert Cancellation.objects.get(id=asked_for.id).state != "requested"


def test_what_nobody_else_has_is_taken_off_and_only_the_rest_is_paid(play: Play) -> None:
    found_short(play, {"COAT-1": 1})
    play.parcels_leave(NUMBER)
    play.later(6)

    assert (state(), units()["2"]) == (OrderState.CLOSED, (2, 1, 1))
    assert money(NUMBER) == (23800, 0, 11900)
    assert books(NUMBER)["REV"] == -20000
    assert "recall" not in play.effects(NUMBER)


def test_an_order_of_which_nothing_is_found_is_cancelled_as_a_whole(play: Play) -> None:
    found_short(play, {"BOOT-42": 1}, order=an_order())
    play.later(6)

    assert (state(), money(NUMBER), books(NUMBER)) == (OrderState.CANCELLED, (0, 0, 11900), {})
    assert "it is not in stock after all" in Order.objects.get().cancel_reason


def test_a_backorder_keeps_its_promise_tells_a_new_day_and_ships_when_goods_come_in(play: Play) -> None:
    due = clock.now().date() + timedelta(days=5)
    Supply.objects.create(
        reference="PO-1", kind="on_order", sku="COAT-1", node="WH-1", units=8, due_on=due, source="erp"
    )
    found_short(play, {"COAT-1": 2})
    play.parcels_leave(NUMBER)
    play.later(2)

    line = OrderLine.objects.get(order__number=NUMBER, line_id="2")
    assert (line.promised_on, state()) == (due, OrderState.PART_SHIPPED)
    assert [row.units - row.consumed for row in to_send(NUMBER) if row.sku == "COAT-1"] == [2]
    assert OrderEvent.objects.get(name="order.backordered").detail["promised_on"] == due.isoformat()
    assert len(asked(play)) == 1

    play.sandbox.setup(shorts={})
    move([a_movement(key="receipt:2", sku="COAT-1", units=8)])
    watch.sweep()
    play.go()
    assert asked(play)[1:] == [("WH-1", [("COAT-1", 2)])]
    play.parcels_leave(NUMBER, count=2)
    play.later(3)
    assert (state(), money(NUMBER)) == (OrderState.CLOSED, (35700, 0, 0))


def test_a_substitute_is_sent_at_no_higher_price_and_the_difference_is_not_taken(play: Play) -> None:
    Product.objects.filter(sku="SOCK-1").update(price_minor=10000)
    Substitute.objects.create(sku="COAT-1", substitute="SOCK-1")
    a_rule("substitute")
    found_short(play, {"COAT-1": 1})
    play.parcels_leave(NUMBER)
    play.later()

    assert asked(play)[-1] == ("WH-1", [("SOCK-1", 1)])  # a node has one request of an order at a time
    play.parcels_leave(NUMBER, count=2)
    play.later(4)
    assert units() == {"1": (1, 1, 0), "2": (2, 1, 1), "2-2": (1, 1, 0)}
    assert (state(), money(NUMBER)) == (OrderState.CLOSED, (33800, 0, 1900))


def test_a_dearer_product_is_no_substitute(play: Play) -> None:
    Product.objects.filter(sku="SOCK-1").update(price_minor=11901)
    Substitute.objects.create(sku="COAT-1", substitute="SOCK-1")
    a_rule("substitute")
    found_short(play, {"COAT-1": 1})
    assert len(units()) == 2
    assert any("nobody else has it" in title for title in desk())


def test_a_backordered_line_can_be_cancelled_without_asking_anybody(play: Play) -> None:
    a_rule("backorder")
    found_short(play, {"COAT-1": 2})
    play.parcels_leave(NUMBER)
    play.cancel(NUMBER, {"2": 1})
    play.go()
    play.later(3)
    assert units()["2"] == (2, 0, 1)
    assert list(SentLater.objects.values_list("units", "state")) == [(1, "waiting")]
    assert "recall" not in play.effects(NUMBER)


def test_what_was_sold_before_it_is_there_is_asked_for_once_it_has_come_in(play: Play) -> None:
    backorders.set_limit(sku="COAT-1", node="WH-1", units=5)
    lines = (a_line(line_id="1", sku="BOOT-42"), a_line(line_id="2", sku="COAT-1", quantity=12, tax=eur(22800)))
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.place(an_order(lines=lines))
    play.go()
    assert asked(play) == [("WH-1", [("BOOT-42", 1), ("COAT-1", 10)])]

    play.parcels_leave(NUMBER)
    move([a_movement(key="receipt:2", sku="COAT-1", units=2)])
    watch.sweep()
    play.go()
    assert asked(play)[1:] == [("WH-1", [("COAT-1", 2)])]
    play.parcels_leave(NUMBER, count=2)
    play.later(3)
    assert state() == OrderState.CLOSED


def silent(play: Play) -> None:
    """WH-1 was asked to send and has not said anything by the time it should have."""
    play.sandbox.setup(silent_nodes=["WH-1"])
    play.place(an_order())
    play.go()
    SendRequest.objects.update(answer_by=clock.now() - timedelta(seconds=1))
    watch.sweep()
    play.go()


def test_a_node_that_does_not_answer_is_recalled_and_another_one_asked(play: Play) -> None:
    on_hand({"BOOT-42": 1}, node="STORE-001")
    silent(play)
    play.later(2)
    assert [node for node, _ in asked(play)] == ["WH-1", "STORE-001"]
    assert "recall" in play.effects(NUMBER)
    assert any("did not answer" in title for title in desk())


def test_a_node_that_has_answered_is_left_alone(play: Play) -> None:
    play.place(an_order())
    play.go()
    SendRequest.objects.update(answer_by=clock.now() - timedelta(seconds=1))
    watch.sweep()
    play.go()
    assert "recall" not in play.effects(NUMBER)
    assert SendRequest.objects.get().state == "taken"


def test_a_silent_node_that_nobody_can_stand_in_for_is_a_case(play: Play) -> None:
    a_rule("resource", acknowledge_min=30, node_kind="warehouse")
    silent(play)
    assert any("nobody else has it" in title for title in desk())


def test_a_store_sends_what_the_warehouse_does_not_have(play: Play) -> None:
    Node.objects.filter(code="WH-1").update(ships=False)
    on_hand({"BOOT-42": 1}, node="STORE-001")
    play.place(an_order())
    play.go()
    assert [node for node, _ in asked(play)] == ["STORE-001"]


def test_the_most_specific_rule_counts() -> None:
    rules = [Rule(("cancel",), 60), Rule(("backorder",), 60, channel="web"), Rule(("resource",), 60, node="WH-1")]
    chosen = [
        rule_for(rules, channel=channel, node=node, node_kind="warehouse").ways
        for channel, node in (("shop", "WH-2"), ("web", "WH-2"), ("web", "WH-1"))
    ]
    assert chosen == [("cancel",), ("backorder",), ("resource",)]


def test_the_promise_day_is_the_one_on_which_enough_has_come() -> None:
    supplies = [(date(2026, 3, 9), 4), (date(2026, 3, 5), 1), (None, 100)]
    assert promise_day(supplies, units=1) == date(2026, 3, 5)
    assert promise_day(supplies, units=5) == date(2026, 3, 9)
    assert promise_day(supplies, units=6) is None


def test_a_line_and_what_is_sent_instead_lose_no_cent_between_them() -> None:
    terms: dict[str, Any] = {
        "unit_price_minor": 1000, "discount_minor": 100, "tax_minor": 463, "taxes_included": True, "quantity": 3,
        "substitute_price_minor": 1000,
    }  # fmt: skip
    parts = [instead(**terms, before=at, units=1) for at in range(3)]
    assert sum(part.discount_minor for part in parts) == 100
    assert sum(part.tax_minor for part in parts) == 463


def test_a_drop_shipper_sends_goods_that_were_never_in_our_books(play: Play) -> None:
    Node.objects.create(code="DS-1", name="Maker", kind="drop_ship", rank=1, wms="wms")
    on_hand({"BOOT-42": 5}, node="DS-1")
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.place(an_order())
    play.go()
    play.parcels_leave(NUMBER)
    play.later(2)

    assert ([node for node, _ in asked(play)], state()) == (["DS-1"], OrderState.CLOSED)
    assert {role: books(NUMBER).get(role, 0) for role in ("COGS", "GRNI", "INV")} == {
        "COGS": 4000, "GRNI": -4000, "INV": 0,
    }  # fmt: skip


def test_a_third_party_warehouse_sends_goods_that_are_ours(play: Play) -> None:
    Node.objects.create(code="3PL-1", name="Logistics", kind="3pl", rank=1, wms="wms")
    on_hand({"BOOT-42": 5}, node="3PL-1")
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
    play.place(an_order())
    play.go()
    play.parcels_leave(NUMBER)
    play.later(2)
    assert ([node for node, _ in asked(play)], books(NUMBER)["INV"]) == (["3PL-1"], -4000)


def test_what_a_marketplace_holds_is_never_sent_for_orders_of_our_own(play: Play) -> None:
    Node.objects.create(code="FBA-1", name="Marketplace", kind="3pl", rank=1, wms="wms", ours=False)
    on_hand({"BOOT-42": 5}, node="FBA-1")
    play.place(an_order())
    play.go()
    assert [node for node, _ in asked(play)] == ["WH-1"]


def test_a_drop_shipper_has_a_deadline_of_its_own(play: Play) -> None:
    Node.objects.create(code="DS-1", name="Maker", kind="drop_ship", rank=1, wms="wms")
    on_hand({"BOOT-42": 5}, node="DS-1")
    play.place(an_order())
    play.go()
    request = SendRequest.objects.get()
    assert request.answer_by is not None
    assert request.answer_by - request.asked_at == timedelta(days=1)


def test_a_shop_that_cancels_what_was_sent_too_late_gets_nothing_and_we_book_nothing(play: Play) -> None:
    order = play.at_the_shop()
    number = Order.objects.get().number
    changed = play.sandbox.control("POST", "/commerce/cancellations", {"id": order["id"]})["order"]
    play.hear("orders/cancelled", {**changed, "cancel_reason": "not shipped in time"})
    play.later(4)
    assert Order.objects.get().state == OrderState.CANCELLED
    assert {row.state for row in stock_rows(number)} == {"released"}
    assert (books(number), "recall" in play.effects(number)) == ({}, True)


def stock_rows(number: str) -> list[Reservation]:
    return list(Reservation.objects.filter(order_number=number))
