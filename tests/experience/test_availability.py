"""What shoppers see of the stock book: right after each change, the same after a rebuild, never older than it says."""

import threading
from collections.abc import Callable
from datetime import date, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from canonical.stock import MovementReason
from experience_apis.availability import projection, queries
from experience_apis.availability.models import AvailabilityRow
from process_apis.catalog import hours
from process_apis.catalog.models import Channel, Node, Product, ProductKind
from process_apis.stock import services as stock
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.outbox.models import Fact
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, a_movement, on_hand

pytestmark = pytest.mark.django_db
SKUS = [f"SKU-{n:05d}" for n in range(1, 8)]


@pytest.fixture(autouse=True)
def _catalog() -> None:
    a_catalog(skus=[*SKUS, "BOOT-42"], stores=2)


def row(sku: str = "BOOT-42", channel: str = "web") -> AvailabilityRow:
    return AvailabilityRow.objects.get(sku=sku, channel=channel)


def everything() -> list[Any]:
    return list(AvailabilityRow.objects.order_by("sku", "channel").values_list("sku", "channel", "body", "version"))


def leaves_on() -> date:
    return hours.send_day(now=clock.now(), cutoff=time(15), zone="Europe/Berlin")


def reserve(units: int, *, order: str = "W-1") -> None:
    stock.reserve(order_number=order, demands=[stock.Demand(line_id="1", sku="BOOT-42", node="WH-1", units=units)])


def test_goods_received_are_shown() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    assert row().available == 10


def test_what_is_reserved_is_not_available() -> None:
    on_hand({"BOOT-42": 10})
    reserve(3)
    carry_facts()
    assert row().available == 7


def test_what_is_given_back_is_available_again() -> None:
    on_hand({"BOOT-42": 10})
    reserve(3)
    stock.release(order_number="W-1")
    carry_facts()
    assert row().available == 10


def test_all_active_nodes_count_and_are_listed_best_first() -> None:
    on_hand({"BOOT-42": 2}, node="STORE-001")
    on_hand({"BOOT-42": 10})
    on_hand({"BOOT-42": 5}, node="STORE-002")
    Node.objects.filter(code="STORE-002").update(active=False)
    carry_facts()
    assert row().body == (
        '{"sku":"BOOT-42","status":"in_stock","available":12,"nodes":['
        '{"code":"WH-1","name":"Warehouse","available":10},{"code":"STORE-001","name":"Store 1","available":2}],'
        f'"promise":{{"date":"{leaves_on()}","basis":"in stock"}},"pickup":[]}}'
    )


@pytest.mark.parametrize(("units", "status"), [(0, "out"), (1, "low"), (5, "low"), (6, "in_stock")])
def test_the_status_follows_from_what_there_is(units: int, status: str) -> None:
    if units:
        on_hand({"BOOT-42": units})
    projection.refresh(["BOOT-42"], now=clock.now())
    assert row().status == status


def test_gift_wrap_never_runs_out_and_is_not_counted() -> None:
    Product.objects.filter(sku="BOOT-42").update(kind=ProductKind.GIFT_WRAP)
    projection.refresh(["BOOT-42"], now=clock.now())
    assert (row().status, row().available) == ("service", 0)


def test_every_active_channel_has_its_row() -> None:
    Channel.objects.create(code="app", name="App", currency="EUR")
    Channel.objects.create(code="old", name="Closed shop", currency="EUR", active=False)
    on_hand({"BOOT-42": 1})
    carry_facts()
    assert set(AvailabilityRow.objects.values_list("channel", flat=True)) == {"app", "web"}


def test_the_version_rises_with_each_change() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    before = row().version
    reserve(1)
    carry_facts()
    assert row().version > before


def test_the_same_fact_again_writes_nothing() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    before = AvailabilityRow.objects.values().get()
    outbox.add(name="stock.changed", aggregate="stock:again", data={"skus": ["BOOT-42"]})
    carry_facts()
    assert AvailabilityRow.objects.values().get() == before


def test_facts_about_other_things_are_ignored() -> None:
    outbox.add(name="order.accepted", aggregate="order:W-0", data={"order_number": "W-0", "skus": ["BOOT-42"]})
    carry_facts()
    assert not AvailabilityRow.objects.exists()


def test_a_product_taken_off_sale_is_not_shown_any_more() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    Product.objects.update(active=False)
    reserve(1)
    carry_facts()
    shown = queries.fragments(["BOOT-42"], channel="web")
    assert shown[0].body == ('{"sku":"BOOT-42","status":"unknown","available":0,"nodes":[],"promise":null,"pickup":[]}')


def test_a_rebuild_finds_nothing_to_correct_after_the_facts() -> None:
    on_hand(dict.fromkeys([*SKUS, "BOOT-42"], 10))
    reserve(4)
    carry_facts()
    before = everything()
    call_command("rebuild_availability", stdout=StringIO())
    assert everything() == before


def test_a_rebuild_from_nothing_gives_what_the_facts_gave() -> None:
    on_hand(dict.fromkeys([*SKUS, "BOOT-42"], 10))
    carry_facts()
    before = [row[:3] for row in everything()]
    AvailabilityRow.objects.all().delete()
    call_command("rebuild_availability", stdout=StringIO())
    assert [row[:3] for row in everything()] == before


def test_a_row_made_again_has_a_higher_version_than_the_lost_one() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    lost = row().version
    AvailabilityRow.objects.all().delete()
    call_command("rebuild_availability", stdout=StringIO())
    assert row().version > lost


def test_a_lost_row_is_answered_from_the_stock_book() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    before = row().body
    AvailabilityRow.objects.all().delete()
    assert queries.fragments(["BOOT-42"], channel="web")[0].body == before


def test_a_lost_row_is_put_back_by_whoever_misses_it() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    AvailabilityRow.objects.all().delete()
    queries.fragments(["BOOT-42"], channel="web")
    assert row().available == 10


def test_a_rebuild_also_shows_what_never_had_stock() -> None:
    call_command("rebuild_availability", stdout=StringIO())
    assert row(SKUS[0]).status == "out"


def test_a_rebuild_removes_what_is_not_sold() -> None:
    on_hand({"BOOT-42": 10})
    carry_facts()
    Channel.objects.update(active=False)
    call_command("rebuild_availability", stdout=StringIO())
    assert not AvailabilityRow.objects.exists()


def test_a_rebuild_of_one_sku_leaves_the_others_alone() -> None:
    call_command("rebuild_availability", "--sku", SKUS[0], stdout=StringIO())
    assert list(AvailabilityRow.objects.values_list("sku", flat=True)) == [SKUS[0]]


def test_a_rebuild_of_one_channel_leaves_the_others_alone() -> None:
    Channel.objects.create(code="app", name="App", currency="EUR")
    call_command("rebuild_availability", "--channel", "app", stdout=StringIO())
    assert set(AvailabilityRow.objects.values_list("channel", flat=True)) == {"app"}


def test_a_rebuild_of_an_unknown_channel_names_those_there_are() -> None:
    with pytest.raises(CommandError, match="there are web"):
        call_command("rebuild_availability", "--channel", "wbe", stdout=StringIO())


def test_a_rebuild_says_how_far_it_is() -> None:
    out = StringIO()
    call_command("rebuild_availability", stdout=out)
    assert "availability 8/8  100%" in out.getvalue()
    assert "8 rows were different" in out.getvalue()


def test_one_refresh_asks_the_same_few_questions_however_many_skus(django_assert_max_num_queries: Any) -> None:
    on_hand(dict.fromkeys([*SKUS, "BOOT-42"], 10))
    with django_assert_max_num_queries(9):
        projection.refresh([*SKUS, "BOOT-42"], now=clock.now())


def test_figures_are_current_when_no_change_is_on_its_way() -> None:
    now = clock.now()
    assert queries.current_until(now=now) == now


def test_figures_are_as_old_as_the_oldest_change_on_its_way() -> None:
    on_hand({"BOOT-42": 10})
    since = clock.now() - timedelta(minutes=5)
    Fact.objects.update(created_at=since)
    assert queries.current_until(now=clock.now()) == since


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_last_is_what_the_book_says_whoever_refreshes_when() -> None:
    on_hand({"BOOT-42": 1})

    def receive(number: int) -> None:
        movement = a_movement(key=f"receipt:{number}", units=number, reason=MovementReason.RECEIPT)
        stock.move([movement])
        projection.refresh(["BOOT-42"], now=clock.now())

    _at_once(receive, count=12)
    assert row().available == 1 + sum(range(1, 13))


def _at_once(work: Callable[[int], None], *, count: int) -> None:
    def run(number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(1, count + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
