"""What was counted against what the book says: inside is inside, however late it comes."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from canonical.stock import MovementReason, StockLevel, StockMovement, StockSnapshot
from process_apis.cases.models import Case
from process_apis.stock import services
from process_apis.stock.checking import counts
from process_apis.stock.checking.counts import Compared, Count, StaleCount
from process_apis.stock.incoming import bulk
from process_apis.stock.models import StockMovement as Written
from process_apis.stock.models import StockPosition, Variance
from tests.factories import NOON, a_movement, on_hand

pytestmark = pytest.mark.django_db


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def moved(sequence: int, units: int, reason: str = "receipt") -> StockMovement:
    return a_movement(
        key=f"wms:{sequence}", units=units, reason=MovementReason(reason), source="wms", sequence=sequence,
        occurred_at=at(60 - sequence),  # clocks lie; the numbers do not
    )  # fmt: skip


def a_snapshot(level: int, *, watermark: int = 3, minute: int = 30) -> StockSnapshot:
    levels = (StockLevel(sku="BOOT-42", node="WH-1", on_hand=level),)
    return StockSnapshot(node="WH-1", watermark=watermark, taken_at=at(minute), levels=levels)


def shelf() -> int:
    return StockPosition.objects.get(sku="BOOT-42", node="WH-1").on_hand


def test_every_order_of_arrival_of_six_events_ends_in_the_same_figures() -> None:
    count = Count("count:1", "BOOT-42", "WH-1", 17, "wms", 3, at(30))
    story = [moved(1, 10), moved(2, -2, "sale"), moved(3, 5), moved(4, -3, "sale"), moved(5, 4), count]
    ends = set()

    def go_on(rest: frozenset[int]) -> None:
        """What has come so far is shared by all orders that begin with it."""
        if not rest:
            ends.add((shelf(), sum(Written.objects.values_list("units", flat=True))))
        for number in rest:
            with transaction.atomic():
                event = story[number]
                counts.take_count(event) if isinstance(event, Count) else services.move([event])
                go_on(rest - {number})
                transaction.set_rollback(True)

    go_on(frozenset(range(6)))
    assert ends == {(17 - 3 + 4, 18)}


def test_what_came_after_a_snapshot_is_applied_again_and_what_is_inside_is_not_taken_twice() -> None:
    services.move([moved(1, 10), moved(4, -3, "sale")])
    assert counts.take_snapshot(a_snapshot(11), source="wms") == Compared(agreed=0, adjusted=1, varied=0)
    assert shelf() == 11 - 3
    services.move([moved(2, 1)])
    assert shelf() == 8


def test_a_snapshot_told_twice_changes_nothing() -> None:
    services.move([moved(1, 10)])
    counts.take_snapshot(a_snapshot(9), source="wms")
    assert counts.take_snapshot(a_snapshot(9), source="wms") == Compared(0, 1, 0)
    assert shelf() == 9


def test_a_snapshot_older_than_the_last_is_refused_clearly() -> None:
    counts.take_snapshot(a_snapshot(0, watermark=7), source="wms")
    with pytest.raises(StaleCount, match="sent snapshot 3 of WH-1, but 7 of"):
        counts.take_snapshot(a_snapshot(0, watermark=3), source="wms")


def test_a_great_difference_is_a_variance_and_a_case_and_changes_nothing_until_accepted() -> None:
    services.move([moved(1, 10)])
    assert counts.take_snapshot(a_snapshot(4), source="wms").varied == 1
    assert (shelf(), Case.objects.get().fingerprint) == (10, "stock.variance:wms:WH-1")
    counts.accept(Variance.objects.get().id, by="ada", reason="counted twice")
    assert (shelf(), Variance.objects.get().state) == (4, "accepted")


def test_a_refused_variance_leaves_the_book_as_it_is() -> None:
    services.move([moved(1, 10)])
    counts.take_snapshot(a_snapshot(4), source="wms")
    assert counts.refuse(Variance.objects.get().id, by="ada", reason="wrong shelf")
    assert shelf() == 10


def test_a_count_below_what_is_promised_is_a_shortage() -> None:
    on_hand({"BOOT-42": 5})
    services.reserve(order_number="W-1", demands=[services.Demand("1", "BOOT-42", "WH-1", 4)])
    counts.take_count(Count("count:1", "BOOT-42", "WH-1", 1, "wms", 3, at(30)))
    assert StockPosition.objects.get().shortage == 3


def test_a_parcel_inside_a_snapshot_is_not_taken_twice() -> None:
    on_hand({"BOOT-42": 5})
    services.reserve(order_number="W-1", demands=[services.Demand("1", "BOOT-42", "WH-1", 2)])
    counts.take_snapshot(a_snapshot(3), source="wms")
    services.dispatch(order_number="W-1", parcel="P-1", node="WH-1", units={"1": {"BOOT-42": 2}}, at=at(10))
    position = StockPosition.objects.get()
    assert (position.on_hand, position.reserved) == (3, 0)


def test_in_bulk_is_as_one_by_one_and_twice_is_once() -> None:
    rows = [(f"k:{n}", f"S-{n % 7}", "WH-1", "on_hand", n % 5, "receipt", "wms", n, NOON) for n in range(1000)]
    assert (bulk.apply(rows), bulk.apply(rows)) == (1000, 0)
    assert sum(StockPosition.objects.values_list("on_hand", flat=True)) == sum(n % 5 for n in range(1000))


def test_a_key_with_other_content_in_bulk_is_a_case() -> None:
    row = ("k:1", "S-1", "WH-1", "on_hand", 5, "receipt", "wms", 1, NOON)
    bulk.apply([row])
    bulk.apply([(*row[:4], 6, *row[5:])])
    assert Case.objects.get().fingerprint == "stock.conflict:k:1"
