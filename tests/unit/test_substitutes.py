"""A shop cancels what we send in another product's place: the substitute goes with it, and so does its money."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from process_apis.catalog.models import Product
from process_apis.fulfilment.models import HandlingRule, Substitute
from process_apis.orders import cancellation_queries
from process_apis.orders.models import Cancellation, Order, OrderEvent, OrderLine, OrderState
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.inbox import services as inbox
from tests.playing import AT_ONCE_MS, Play, books, money, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        Product.objects.filter(sku="SOCK-1").update(price_minor=10000)
        Substitute.objects.create(sku="COAT-1", substitute="SOCK-1")
        HandlingRule.objects.create(ways="substitute")
        yield shop
        sandbox.setup(shorts={})


def substituted(play: Play) -> dict[str, Any]:
    """Two boots and two coats of the shop; the boots and a coat have left, a pair of socks goes for the other coat."""
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={"#9001": 1}, shorts={"#9001": {"WH-1": {"COAT-1": 1}}})
    order = play.at_the_shop(number="#9001")
    hear_short(play, "#9001")
    assert OrderLine.objects.filter(order__number="#9001").exclude(instead_of="").count() == 1
    return order


def hear_short(play: Play, number: str) -> None:
    """The warehouse tells what it did not find."""
    until = time.monotonic() + 10
    while not (found := play.sandbox.effects(operation="short", subject=number)):
        assert time.monotonic() < until, "the warehouse found everything"
        time.sleep(0.02)
    told = found[0]
    event = {
        "event_id": told["key"], "topic": "release.short", "release_id": told["reference"], "order_no": number,
        "node": told["node"], "lines": told["lines"],
    }  # fmt: skip
    inbox.receive(
        connection=Connection.objects.get(code="wms"), event_id=told["key"], topic="release.short",
        fact_name="wms.short_reported", raw=json.dumps(event).encode(), headers={}, now=clock.now(),
    )  # fmt: skip
    play.go()


def units() -> dict[str, tuple[int, int, int]]:
    """Ordered, shipped, cancelled, by sku."""
    return {line.sku: (line.quantity, line.shipped, line.cancelled) for line in OrderLine.objects.all()}


def cancel_coats(play: Play, order: dict[str, Any], count: int) -> dict[str, Any]:
    """The shop takes so many coats off its order."""
    coat = next(line for line in order["line_items"] if line["sku"] == "COAT-1")
    return play.cancelled_at_the_shop(order, {str(coat["id"]): count})


def test_a_substitute_that_has_not_left_is_cancelled_with_the_line_it_stands_for(play: Play) -> None:
    order = substituted(play)
    play.parcels_leave("#9001")
    cancel_coats(play, order, 1)
    play.later(4)
    assert units() == {"BOOT-42": (2, 2, 0), "COAT-1": (2, 1, 1), "SOCK-1": (1, 0, 1)}
    assert Order.objects.get().state == OrderState.CLOSED
    captured, refunded, _ = money("#9001")
    assert (captured - refunded, books("#9001").get("DEP", 0)) == (35700, 0)


def test_a_substitute_that_has_left_is_asked_back(play: Play) -> None:
    order = substituted(play)
    play.parcels_leave("#9001")
    play.later()
    play.parcels_leave("#9001", count=2)
    play.later(3)
    cancel_coats(play, order, 2)
    asked = OrderEvent.objects.get(name="order.return_needed").detail["lines"]
    line_of = dict(OrderLine.objects.values_list("line_id", "sku"))
    assert {line_of[each["line_id"]]: each["quantity"] for each in asked} == {"COAT-1": 1, "SOCK-1": 1}


def test_what_the_shop_has_cancelled_is_asked_for_once_however_often_it_says_so(play: Play) -> None:
    order = substituted(play)
    play.parcels_leave("#9001")
    changed = cancel_coats(play, order, 1)
    play.hear("orders/updated", changed)
    assert Cancellation.objects.count() == 1


def test_a_substitute_that_we_cancelled_is_no_news_from_the_shop(play: Play) -> None:
    order = substituted(play)
    sock = OrderLine.objects.get(sku="SOCK-1")
    play.parcels_leave("#9001")
    play.cancel("#9001", {sock.line_id: 1})
    remains = {str(line["id"]): 1 if line["sku"] == "COAT-1" else 2 for line in order["line_items"]}
    assert cancellation_queries.gone_at_channel(Order.objects.get(), remains) == {}
    play.later(4)
    told = [each for each in play.sandbox.effects(system="commerce", subject="#9001") if "cancel" in each["operation"]]
    assert len(told) == 1
