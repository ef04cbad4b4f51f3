"""A marketplace that has to be asked: each order once, in its own words, with its money; and what it is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from canonical.order import Risk, TenderState
from process_apis.catalog.models import Channel
from process_apis.orders.models import Order, OrderLine, OrderState
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from system_apis.commerce import feed
from system_apis.commerce.vendors.market import mapping
from system_apis.connections import services as connections
from system_apis.errors import ContractBroken, Unavailable
from system_apis.inbox.models import FeedCursor
from tests.playing import AT_ONCE_MS, Play, books, money, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
BOOTS = {"sku": "BOOT-42", "units": 2, "price": "119.00"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        connections.connect(
            code="market", kind="commerce", vendor="market", base_url=sandbox.url, channel="market", active=True,
            secrets={"token": "market_sandbox"}, now=clock.now(),
        )  # fmt: skip
        Channel.objects.create(code="market", name="A marketplace", currency="EUR", commerce="market")
        yield shop


def sold(play: Play, **wish: Any) -> dict[str, Any]:
    return dict(play.sandbox.control("POST", "/market/orders", {"items": [BOOTS], **wish})["order"])


def changed(play: Play, order: dict[str, Any], **wish: Any) -> None:
    play.sandbox.control("POST", "/market/changes", {"orderId": order["orderId"], **wish})


def ask(play: Play) -> int:
    """Ask the marketplace, and let everything follow."""
    new = feed.take_in("market", now=clock.now())
    play.go()
    return new


def test_an_order_is_taken_in_once_however_often_the_marketplace_is_asked(play: Play) -> None:
    sold(play)
    assert [ask(play), ask(play)] == [1, 0]
    FeedCursor.objects.update(cursor="")
    assert (ask(play), Order.objects.count()) == (0, 1)


def test_more_orders_than_a_page_holds_are_all_taken_in(play: Play) -> None:
    for _ in range(60):
        sold(play)
    assert feed.take_in("market", now=clock.now()) == 60


def test_a_pending_order_is_none_until_the_marketplace_says_so(play: Play) -> None:
    order = sold(play, state="PENDING")
    assert ask(play) == 0
    changed(play, order, state="UNSHIPPED")
    assert (ask(play), Order.objects.get().channel_order_id) == (1, order["orderId"])


def test_the_marketplace_owes_us_what_it_took_once_goods_leave(play: Play) -> None:
    order = sold(play, postage="4.90")
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={order["orderId"]: 1})
    ask(play)
    play.parcels_leave(order["orderId"])
    assert books(order["orderId"])["CHAN"] == 24290
    assert "ship" in [each["operation"] for each in play.sandbox.effects(system="market", subject=order["orderId"])]


def test_what_the_marketplace_tells_of_our_own_shipping_is_no_change(play: Play) -> None:
    order = sold(play)
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={order["orderId"]: 1})
    ask(play)
    play.parcels_leave(order["orderId"])
    ask(play)
    play.later()
    assert Order.objects.get().state == OrderState.CLOSED


def test_an_order_canceled_there_is_stopped_here_and_nothing_is_owed(play: Play) -> None:
    order = sold(play)
    ask(play)
    changed(play, order, state="CANCELED")
    ask(play)
    play.later(3)
    assert (Order.objects.get().state, books(order["orderId"])) == (OrderState.CANCELLED, {})
    assert money(order["orderId"])[0] == 0


def test_units_canceled_there_are_taken_off_here(play: Play) -> None:
    order = sold(play)
    ask(play)
    changed(play, order, items={order["items"][0]["itemId"]: 1})
    ask(play)
    play.later(3)
    assert OrderLine.objects.get().cancelled == 1


def test_a_high_score_holds_the_order(play: Play) -> None:
    sold(play, fraudScore=95)
    ask(play)
    assert (Order.objects.get().on_hold, Order.objects.get().risk) == ("fraud", "high")


def test_a_feed_is_asked_by_one_at_a_time_and_not_before_its_turn(play: Play) -> None:
    assert [feed.due(now=clock.now()), feed.due(now=clock.now())] == [["market"], []]


def test_a_marketplace_that_is_away_is_asked_from_the_same_place_again(play: Play) -> None:
    sold(play)
    play.sandbox.control("POST", "/faults", {"system": "market", "operation": "changed", "kind": "refuse", "count": 1})
    with pytest.raises(Unavailable):
        feed.take_in("market", now=clock.now())
    assert ask(play) == 1


def test_an_order_comes_in_with_a_fact_of_its_own(play: Play) -> None:
    sold(play)
    feed.take_in("market", now=clock.now())
    assert Fact.objects.filter(name="commerce.order_received").count() == 1


def an_order(**changes: Any) -> bytes:
    order = {
        "orderId": "M-1", "revision": 7, "state": "UNSHIPPED", "purchasedAt": "2026-03-01T09:30:00Z", "currency": "EUR",
        "items": [{"itemId": "1-1", "sellerSku": "BOOT-42", "units": 2, "unitPrice": "10.00", "promotion": "1.00"}],
        "postage": "4.90", "grandTotal": "23.90", "fraudScore": 60, "buyer": {"id": "B1", "mailAlias": "b@m.example"},
        "deliverTo": {"country": "DE", "town": "Berlin", "street": "Hauptstr. 1"},
    }  # fmt: skip
    return json.dumps({**order, **changes}).encode()


def test_an_order_reads_as_it_was_agreed() -> None:
    order = mapping.read_order(an_order(), channel="market")
    assert (order.total.text, order.lines[0].discount.text, order.risk) == ("23.90", "1.00", Risk.MEDIUM)
    assert (order.tenders[0].kind, order.tenders[0].state) == ("channel", TenderState.AUTHORIZED)


@pytest.mark.parametrize(
    ("changes", "said"), [({"grandTotal": "1.00"}, "add up to"), ({"items": []}, "items"), ({"currency": "X"}, "ISO")]
)
def test_an_order_that_cannot_be_is_a_broken_contract(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ContractBroken, match=said):
        mapping.read_order(an_order(**changes), channel="market")
