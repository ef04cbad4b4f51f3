"""Opening hours: right on days of 23 and 25 hours, past midnight, on single days; and when goods can be collected."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from process_apis.catalog import hours
from process_apis.catalog.hours import Collection, Hours

WEEK: dict[str, Any] = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = Hours({}, "Europe/Berlin")


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def berlin(by_day: dict[str, Any] = WEEK) -> Hours:
    return Hours(by_day, "Europe/Berlin")


def ready(now: str, of: Hours | None = None, *, lead: int = 120, cutoff: int = 60) -> tuple[str, str] | None:
    """From when and until when goods can be collected, as local clocks show it."""
    found = hours.collection(of or berlin(), now=at(now), lead_min=lead, cutoff_min=cutoff)
    if found is None or found.until is None:
        return None
    zone = hours.zone_of("Europe/Berlin")
    return tuple(f"{each.astimezone(zone):%a %H:%M}" for each in (found.ready_from, found.until))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-03-02 07:59", False),
        ("2026-03-02 08:00", True),
        ("2026-03-02 16:59", True),
        ("2026-03-02 17:00", False),
        ("2026-03-07 11:00", False),
    ],
)
def test_a_node_is_open_from_its_opening_until_before_its_closing(now: str, is_open: bool) -> None:
    assert hours.open_now(berlin(), now=at(now)) is is_open


def test_hours_past_midnight_belong_to_the_day_they_began() -> None:
    club = berlin({"sat": [["22:00", "04:00"]]})
    assert hours.open_now(club, now=at("2026-03-08 02:59"))
    assert not hours.open_now(club, now=at("2026-03-08 03:00"))
    assert hours.open_until(club, now=at("2026-03-07 23:30")) == at("2026-03-08 03:00")


def test_a_day_goes_before_its_weekday() -> None:
    eve = berlin(WEEK | {"2026-12-24": [["09:00", "13:00"]], "2026-12-25": []})
    assert hours.open_until(eve, now=at("2026-12-24 10:00")) == at("2026-12-24 12:00")
    assert hours.next_opening(eve, now=at("2026-12-24 12:00")) == at("2026-12-28 08:00")


def test_single_days_alone_leave_all_others_open() -> None:
    depot = berlin({"2026-12-25": []})
    assert hours.open_now(depot, now=at("2026-12-24 22:59"))
    assert not hours.open_now(depot, now=at("2026-12-24 23:00"))
    assert hours.open_until(depot, now=at("2026-12-23 12:00")) == at("2026-12-24 23:00")


def test_no_hours_are_always_open() -> None:
    now = at("2026-03-02 01:00")
    assert hours.open_now(ALWAYS, now=now)
    assert hours.next_opening(ALWAYS, now=now) == now
    assert hours.collection(ALWAYS, now=now, lead_min=30, cutoff_min=60) == Collection(
        now + timedelta(minutes=30), None
    )


def test_a_whole_day_may_be_written_to_24_00() -> None:
    kiosk = berlin({"mon": [["00:00", "24:00"]], "tue": [["00:00", "06:00"]]})
    assert hours.open_until(kiosk, now=at("2026-03-02 12:00")) == at("2026-03-03 05:00")


def test_a_day_of_23_hours_is_open_an_hour_less() -> None:
    night = berlin({"sun": [["01:00", "05:00"]]})
    day = timedelta(days=1)
    assert hours.open_time(night, since=at("2026-03-28 12:00"), until=at("2026-03-28 12:00") + day) == timedelta(
        hours=3
    )


def test_a_day_of_25_hours_is_open_an_hour_more() -> None:
    night = berlin({"sun": [["01:00", "05:00"]]})
    day = timedelta(days=1)
    assert hours.open_time(night, since=at("2026-10-24 12:00"), until=at("2026-10-24 12:00") + day) == timedelta(
        hours=5
    )


def test_an_opening_that_the_clock_skips_is_moved_on_by_the_gap() -> None:
    skipped = berlin({"sun": [["02:30", "05:00"]]})
    assert hours.next_opening(skipped, now=at("2026-03-28 20:00")) == at("2026-03-29 01:30")


def test_a_node_opens_at_the_first_and_closes_at_the_second_of_two_equal_times() -> None:
    twice = berlin({"sun": [["02:15", "02:45"]]})
    assert hours.next_opening(twice, now=at("2026-10-24 20:00")) == at("2026-10-25 00:15")
    assert hours.open_until(twice, now=at("2026-10-25 00:15")) == at("2026-10-25 01:45")


def test_minutes_of_picking_are_real_ones_when_clocks_change() -> None:
    night = berlin({"sat": [["20:00", "06:00"]]})
    assert ready("2026-03-29 00:30", night) == ("Sun 04:30", "Sun 06:00")


def test_goods_are_ready_after_the_lead_time_and_until_the_closing() -> None:
    assert ready("2026-03-02 09:00") == ("Mon 12:00", "Mon 18:00")


def test_goods_asked_for_before_the_opening_are_picked_from_then_on() -> None:
    assert ready("2026-03-02 04:00") == ("Mon 11:00", "Mon 18:00")


def test_the_cutoff_itself_is_still_in_time() -> None:
    assert ready("2026-03-02 16:00", lead=30) == ("Mon 17:30", "Mon 18:00")
    assert ready("2026-03-02 16:01", lead=30) == ("Tue 09:30", "Tue 18:00")


def test_picking_that_the_closing_interrupts_goes_on_in_the_morning() -> None:
    assert ready("2026-03-02 15:30") == ("Tue 09:30", "Tue 18:00")


def test_goods_ready_at_the_closing_are_collected_the_next_day() -> None:
    assert ready("2026-03-02 15:00") == ("Tue 09:00", "Tue 18:00")


def test_friday_evening_is_monday_morning() -> None:
    assert ready("2026-03-06 16:30") == ("Mon 11:00", "Mon 18:00")


def test_the_cutoff_counts_from_the_last_closing_of_a_day_not_from_a_break() -> None:
    siesta = berlin({"mon": [["09:00", "12:00"], ["14:00", "18:00"]]})
    assert ready("2026-03-02 10:30", siesta, lead=60) == ("Mon 14:30", "Mon 18:00")


def test_a_node_that_never_opens_has_nothing_ready() -> None:
    assert hours.collection(berlin({"mon": []}), now=at("2026-03-02 09:00"), lead_min=0, cutoff_min=0) is None


def test_a_node_is_closed_for_long_when_it_does_not_open_within_the_days() -> None:
    works = berlin(WEEK | {f"2026-03-{day:02}": [] for day in range(2, 7)})
    assert hours.closed_for_long(works, now=at("2026-03-02 09:00"), days=3)
    assert not hours.closed_for_long(works, now=at("2026-03-06 09:00"), days=3)


def test_a_parcel_leaves_today_before_the_local_cutoff_and_tomorrow_from_then_on() -> None:
    cutoff = time(15)
    assert hours.send_day(now=at("2026-07-01 12:59"), cutoff=cutoff, zone="Europe/Berlin") == date(2026, 7, 1)
    assert hours.send_day(now=at("2026-07-01 13:00"), cutoff=cutoff, zone="Europe/Berlin") == date(2026, 7, 2)


def test_the_day_of_a_node_begins_at_its_own_midnight() -> None:
    assert hours.midnight(now=at("2026-07-01 22:30"), zone="Europe/Berlin") == at("2026-07-01 22:00")


def test_berlin_is_some_255_kilometres_from_hamburg() -> None:
    assert 254_000 < hours.distance_m((52.52, 13.405), (53.5511, 9.9937)) < 257_000


def test_the_other_side_of_the_date_line_is_near() -> None:
    assert hours.distance_m((0, 179.9), (0, -179.9)) < 23_000


def test_hours_that_nobody_can_read_are_named() -> None:
    typed: dict[str, Any] = {
        "mon": [["09:00", "25:00"]],
        "funday": [],
        "2026-13-01": [],
        "tue": [["09:00", "18:00"]],
        "wed": "9-18",
    }
    found = hours.complaints(typed, zone="Europe/Atlantis")
    assert [words.split(":")[0].split(" ")[0] for words in found] == [
        "'Europe/Atlantis'", "mon", "'funday'", "'2026-13-01'", "wed",
    ]  # fmt: skip
    assert hours.complaints(WEEK, zone="Europe/Berlin") == []
