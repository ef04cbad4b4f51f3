"""Click-and-collect in the book: which move leads where, what proves what, and of two that exclude each other one."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from process_apis.pickups import codes, decisions, expiry, handing_over, moves, queries, services
from process_apis.pickups.models import Pickup, PickupEvent, PickupState, RejectReason
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from tests.pickups import a_pickup

pytestmark = pytest.mark.django_db

DO: dict[str, Callable[[Pickup], Any]] = {
    "pick": lambda p: services.pick(p, by="kim"),
    "ready": lambda p: services.ready(p, by="kim", now=clock.now()),
    "arrived": lambda p: services.arrived(p, by="kim", now=clock.now()),
    "handover": lambda p: handing_over.hand_over(p, by="kim", collected_by="Ada", id_checked=True, now=clock.now()),
    "reject": lambda p: services.reject(p, by="kim", reason=RejectReason.NOT_FOUND, now=clock.now()),
}


def show(pickup: Pickup, code: str) -> None:
    handing_over.hand_over(pickup, by="kim", collected_by="", code=code, now=clock.now())


LEGAL = [(move, since) for move in DO for since in decisions.MOVES[move][0]]
ILLEGAL = [(m, str(s)) for m in DO for s in PickupState.values if s not in decisions.MOVES[m][0]]


@pytest.mark.parametrize(("move", "since"), LEGAL)
def test_a_move_leads_where_the_table_says(move: str, since: str) -> None:
    pickup = a_pickup(state=since)
    DO[move](pickup)
    assert Pickup.objects.get().state == decisions.MOVES[move][1]


@pytest.mark.parametrize(("move", "since"), ILLEGAL)
def test_any_other_move_is_refused_with_what_can_be_done(move: str, since: str) -> None:
    pickup = a_pickup(state=since)
    with pytest.raises(moves.WrongState, match="what can be done now"):
        DO[move](pickup)


@pytest.mark.parametrize(("move", "since"), ILLEGAL)
def test_a_refused_move_leaves_no_trace(move: str, since: str) -> None:
    pickup = a_pickup(state=since)
    with pytest.raises(moves.WrongState):
        DO[move](pickup)
    assert not PickupEvent.objects.exclude(name="requested").exists()


def test_the_same_store_is_asked_once() -> None:
    assert a_pickup().id == a_pickup().id


def test_the_code_is_in_no_fact_and_no_event() -> None:
    pickup = a_pickup(state="ready")
    DO["arrived"](pickup)
    DO["handover"](pickup)
    told = [*Fact.objects.values_list("data", flat=True), *PickupEvent.objects.values_list("detail", flat=True)]
    assert codes.code_of(pickup.id) not in str(told)


def test_a_code_proves() -> None:
    pickup = a_pickup(state="ready")
    show(pickup, codes.code_of(pickup.id))
    assert Pickup.objects.get().proof == "code"


def test_another_code_does_not_prove() -> None:
    pickup = a_pickup(state="ready")
    with pytest.raises(handing_over.WrongCode):
        show(pickup, codes.code_of(uuid4()))


def test_nothing_shown_proves_nothing() -> None:
    pickup = a_pickup(state="ready")
    with pytest.raises(handing_over.NotTheCode, match="Ask for the code"):
        show(pickup, "")


def test_what_was_picked_short_is_not_ready() -> None:
    pickup = a_pickup(units=3)
    services.pick(pickup, by="kim", picked={"1": 2})
    with pytest.raises(moves.WrongQuantity, match="Pick the rest"):
        services.ready(pickup, by="kim", now=clock.now())


def test_after_five_wrong_codes_the_right_one_does_not_help_either() -> None:
    pickup = a_pickup(state="ready")
    for _ in range(codes.TRIES):
        handing_over.count_wrong_code(pickup)
    with pytest.raises(handing_over.NotTheCode, match="identity document"):
        show(pickup, codes.code_of(pickup.id))


def test_part_of_it_may_be_collected() -> None:
    pickup = a_pickup(state="ready", units=3)
    handing_over.hand_over(pickup, by="kim", collected_by="Ada", id_checked=True, collected={"1": 1}, now=clock.now())
    assert (pickup.state, pickup.lines.get().collected) == ("collected_partial", 1)


@pytest.mark.parametrize("collected", [{"1": 4}, {"2": 1}, {"1": 0}, {}])
def test_more_than_is_there_or_nothing_at_all_is_refused(collected: dict[str, int]) -> None:
    pickup = a_pickup(state="ready", units=3)
    with pytest.raises(moves.WrongQuantity):
        handing_over.hand_over(
            pickup, by="kim", collected_by="A", id_checked=True, collected=collected, now=clock.now()
        )


def test_somebody_else_may_collect() -> None:
    pickup = a_pickup(state="ready")
    handing_over.hand_over(pickup, by="kim", collected_by="Ben Sommer", id_checked=True, now=clock.now())
    assert (Pickup.objects.get().collected_by, Pickup.objects.get().staff) == ("Ben Sommer", "kim")


def test_what_is_ready_is_kept_for_seven_days() -> None:
    pickup, now = a_pickup(), clock.now()
    services.ready(pickup, by="kim", now=now)
    assert Pickup.objects.get().expires_at == now + timedelta(days=7)


def test_the_customer_is_reminded_once() -> None:
    a_pickup(state="ready", expires_at=clock.now() + timedelta(days=1))
    expiry.sweep()
    expiry.sweep()
    assert Fact.objects.filter(name="pickup.reminder").count() == 1


def test_nobody_is_reminded_before_the_last_two_days() -> None:
    a_pickup(state="ready", expires_at=clock.now() + timedelta(days=3))
    expiry.sweep()
    assert not Fact.objects.filter(name="pickup.reminder").exists()


def test_what_nobody_collects_ends_and_is_told_once() -> None:
    a_pickup(state="ready", expires_at=clock.now() - timedelta(seconds=1))
    assert [expiry.expire(), expiry.expire(), Fact.objects.filter(name="pickup.expired").count()] == [1, 0, 1]


def test_who_is_at_the_store_is_not_sent_away_at_the_stroke_of_the_clock() -> None:
    a_pickup(state="arrived", expires_at=clock.now() - timedelta(seconds=1), arrived_at=clock.now())
    assert expiry.expire() == 0


def test_what_stores_reject_is_counted_by_reason() -> None:
    for number in ("W-1", "W-2"):
        DO["reject"](a_pickup(order_number=number))
    assert queries.rejections(since=clock.now() - timedelta(days=1)) == [("STORE-001", "not_found", 2)]


def test_a_line_is_looked_for_in_one_node_before_several() -> None:
    free = {"A": {"S1": 2, "S2": 2}, "B": {"S2": 1}}
    assert decisions.elsewhere({("1", "A"): 2, ("2", "B"): 1}, free=free, nodes=["S1", "S2"]) == {"1": "S2", "2": "S2"}


def test_lines_may_come_from_several_nodes_but_none_is_split() -> None:
    free = {"A": {"S1": 2}, "B": {"S2": 1, "S1": 0}}
    assert decisions.elsewhere({("1", "A"): 2, ("2", "B"): 1}, free=free, nodes=["S1", "S2"]) == {"1": "S1", "2": "S2"}


def test_two_lines_of_one_sku_count_together() -> None:
    assert decisions.elsewhere({("1", "A"): 2, ("2", "A"): 1}, free={"A": {"S1": 2}}, nodes=["S1"]) is None


@pytest.mark.django_db(transaction=True)
def test_a_hand_over_and_the_expiry_exclude_each_other() -> None:
    """200 rounds: each pickup ends in one way, and one fact says in which."""
    for number in range(200):
        a_pickup(order_number=f"W-{number}", state="ready", expires_at=clock.now() - timedelta(seconds=1))
    pickups = list(Pickup.objects.all())
    meet = threading.Barrier(2, timeout=60)
    handed: list[str] = []

    def counter() -> None:
        for pickup in pickups:
            meet.wait()
            try:
                DO["handover"](pickup)
                handed.append(pickup.order_number)
            except moves.WrongState:
                pass
        connection.close()

    def sweeper() -> None:
        for pickup in pickups:
            mine = Pickup.objects.get(id=pickup.id)
            meet.wait()
            expiry._expire(mine)
        connection.close()

    threads = [threading.Thread(target=each) for each in (counter, sweeper)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = dict(Pickup.objects.values_list("order_number", "state"))
    told = Fact.objects.filter(name__in=["pickup.handed_over", "pickup.expired"]).values_list("data", "name")
    assert {d["order_number"]: n.removeprefix("pickup.") for d, n in told} == ended
    assert (len(told), len(handed)) == (200, sum(state == "handed_over" for state in ended.values()))
