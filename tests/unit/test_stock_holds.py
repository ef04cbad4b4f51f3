"""Goods held for a while: capped, confirmed or expired but never both, moved to another node; and shared commits."""

import threading
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import Sum

from process_apis.stock import services
from process_apis.stock.models import Reservation, StockPosition
from process_apis.stock.reserving import holds
from process_apis.stock.reserving.baskets import Basket, HoldsTooMuch, decide
from process_apis.stock.reserving.holds import HoldExpired, NoSuchHold
from process_apis.stock.services import Demand, OutOfStock
from retail_platform.kernel import clock
from tests.factories import a_movement, on_hand

pytestmark = pytest.mark.django_db


def one(units: int = 1, *, sku: str = "BOOT-42", node: str = "WH-1", line_id: str = "1") -> Demand:
    return Demand(line_id, sku, node, units)


def reserved() -> int:
    return StockPosition.objects.aggregate(sum=Sum("reserved"))["sum"]


def run_out(hold: str = "H-1") -> None:
    Reservation.objects.filter(hold=hold).update(expires_at=clock.now() - timedelta(seconds=1))


def test_what_is_held_is_promised() -> None:
    on_hand({"BOOT-42": 3})
    assert [part.state for part in holds.hold(hold="H-1", holder="ada", demands=[one(2)])] == ["held"]
    assert reserved() == 2


def test_the_same_hold_again_changes_nothing() -> None:
    on_hand({"BOOT-42": 3})
    holds.hold(hold="H-1", holder="ada", demands=[one(2)])
    holds.hold(hold="H-1", holder="ada", demands=[one(2)])
    assert reserved() == 2


def test_one_shopper_cannot_hold_more_than_the_cap(settings: object) -> None:
    settings.STOCK_HELD_AT_MOST = 5  # type: ignore[attr-defined]
    on_hand({"BOOT-42": 100})
    holds.hold(hold="H-1", holder="ada", demands=[one(4)])
    with pytest.raises(HoldsTooMuch, match="4 units are held, 2 more asked, 5 allowed"):
        holds.hold(hold="H-2", holder="ada", demands=[one(2)])
    holds.hold(hold="H-3", holder="bob", demands=[one(5)])
    assert reserved() == 9


def test_a_confirmed_hold_belongs_to_the_order_and_twice_is_once() -> None:
    on_hand({"BOOT-42": 3})
    holds.hold(hold="H-1", holder="ada", demands=[one(2)])
    holds.confirm(hold="H-1", order_number="W-1")
    assert [part.state for part in holds.confirm(hold="H-1", order_number="W-1")] == ["open"]
    assert services.release(order_number="W-1") == 2


def test_a_hold_that_ran_out_is_given_back_and_cannot_be_confirmed() -> None:
    on_hand({"BOOT-42": 3})
    holds.hold(hold="H-1", holder="ada", demands=[one(2)])
    run_out()
    with pytest.raises(HoldExpired):
        holds.confirm(hold="H-1", order_number="W-1")
    assert (holds.expire(), holds.expire(), reserved()) == (1, 0, 0)


def test_a_hold_nobody_knows_is_not_found() -> None:
    with pytest.raises(NoSuchHold):
        holds.confirm(hold="H-9", order_number="W-1")


def test_a_thousand_holds_left_idle_give_everything_back() -> None:
    on_hand({"BOOT-42": 1000})
    for number in range(1000):
        holds.hold(hold=f"H-{number}", holder=f"shopper-{number}", demands=[one()], hold_s=0)
    while holds.expire():
        pass
    assert reserved() == 0


def test_a_promise_moves_to_another_node() -> None:
    on_hand({"BOOT-42": 3})
    on_hand({"BOOT-42": 3}, node="STORE-001")
    services.reserve(order_number="W-1", demands=[one(2)])
    holds.transfer(order_number="W-1", line_id="1", node="WH-1", to="STORE-001")
    assert dict(StockPosition.objects.values_list("node", "reserved")) == {"WH-1": 0, "STORE-001": 2}


def test_a_promise_stays_where_it_is_when_the_other_node_has_too_little() -> None:
    on_hand({"BOOT-42": 3})
    services.reserve(order_number="W-1", demands=[one(2)])
    with pytest.raises(OutOfStock):
        holds.transfer(order_number="W-1", line_id="1", node="WH-1", to="STORE-001")
    assert dict(StockPosition.objects.values_list("node", "reserved")) == {"WH-1": 2}


def test_who_comes_first_is_served_first_and_a_large_basket_does_not_keep_out_a_small_one() -> None:
    baskets = [Basket(f"W-{n}", [one(units)]) for n, units in enumerate([2, 9, 1, 1])]
    outcomes = decide(baskets, free={("BOOT-42", "WH-1"): 3}, held={}, known=())
    assert [outcome is None for outcome in outcomes] == [True, False, True, False]


@pytest.fixture
def shoppers() -> object:
    def run(work: object, *, count: int) -> list[BaseException]:
        gate, errors = threading.Barrier(count), []

        def one_of_them(number: int) -> None:
            try:
                connection.ensure_connection()
                gate.wait()
                work(number)  # type: ignore[operator]
            except (OutOfStock, HoldExpired, HoldsTooMuch):
                pass
            except BaseException as error:
                errors.append(error)
                gate.abort()  # nobody waits for one who cannot come
            finally:
                connection.close()

        threads = [threading.Thread(target=one_of_them, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors

    return run


def settled() -> bool:
    """Positions say what the reservations add up to, and nothing is promised that is not there."""
    for position in StockPosition.objects.all():
        promised = Reservation.objects.filter(sku=position.sku, node=position.node, state__in=["held", "open"])
        if position.reserved != (promised.aggregate(sum=Sum("units"))["sum"] or 0):
            return False
        if position.reserved > max(position.on_hand, 0) + position.shortage:
            return False
    return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "variant", ["one sku", "two lines", "four skus", "two nodes", "expiry", "cancel", "correction"]
)
def test_fifty_at_once_never_promise_more_than_there_is(variant: str, shoppers: object) -> None:
    for number in range(5):
        errors = shoppers(_work(variant, number), count=50)  # type: ignore[operator]
        assert errors == []
        assert settled()


def _work(variant: str, number: int) -> object:
    skus = [f"{variant.replace(' ', '-')}-{number}-{letter}" for letter in "ABCD"]
    on_hand(dict.fromkeys(skus, 5))
    if variant == "two nodes":
        on_hand(dict.fromkeys(skus, 5), node="STORE-001")

    def shop(name: int) -> None:
        order, choose = f"W-{variant}-{number}-{name}", Random(number * 50 + name)
        match variant:
            case "one sku":
                holds.reserve_now(order_number=order, demands=[one(sku=skus[0])])
            case "two lines":
                holds.reserve_now(order_number=order, demands=[one(sku=skus[0]), one(sku=skus[0], line_id="2")])
            case "four skus":
                mixed = choose.sample(skus, 4)
                holds.reserve_now(order_number=order, demands=[one(sku=sku, line_id=sku) for sku in mixed])
            case "two nodes":
                nodes = choose.sample(["WH-1", "STORE-001"], 2)
                holds.reserve_now(order_number=order, demands=[one(sku=skus[0], node=node) for node in nodes])
            case "expiry":
                if name % 5 == 0:
                    holds.expire()
                else:
                    holds.hold(hold=order, holder=order, demands=[one(sku=skus[0])], hold_s=name % 2 * 60)
                    holds.confirm(hold=order, order_number=f"{order}-C")
            case "cancel":
                holds.reserve_now(order_number=order, demands=[one(sku=skus[0])])
                services.release(order_number=order)
            case "correction":
                if name % 5 == 0:
                    services.move([a_movement(key=f"{order}", sku=skus[0], units=-1)])
                else:
                    holds.reserve_now(order_number=order, demands=[one(sku=skus[0])])

    return shop
