"""Everything that can go wrong at every call of the journeys, on real processes: it costs time and nothing else."""

import time

import pytest

from tests.retail_day import SEED, SETTLED_WITHIN_S, RetailDay, tell, until

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]

CALLS = (
    ("tax", "quote"), ("payments", "authorize"), ("erp", "create_sales_order"), ("wms", "release"),
    ("payments", "capture"), ("erp", "create_invoice"), ("tax", "commit"), ("erp", "post_journal"),
    ("commerce", "fulfil"),
)  # fmt: skip
KEEP_NO_KEYS = (("erp", "create_sales_order"), ("wms", "release"), ("erp", "post_journal"))


@pytest.mark.parametrize("kinds", [("refuse", "drop"), ("rate_limit", "error"), ("cut", "error_after"), ("slow",)])
def test_a_fault_at_each_call_is_got_over(day: RetailDay, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        for system, operation in KEEP_NO_KEYS if kind == "slow" else CALLS:
            # slower than we wait; and each fault once among several orders, or it were an outage, and the breaker's
            day.fault(system, kind, operation=operation, count=1, seconds=9.0, retry_after_s="1")
    began = time.monotonic()
    for number in range(8):
        day.post_order(key=f"{kinds[0]}-{number}-{time.time_ns()}", sku=50 + number, at_the_shop=number % 2 == 0)
    day.expected += 8
    day.settle(within_s=SETTLED_WITHIN_S)
    tell(f"{' and '.join(kinds)}: settled in {time.monotonic() - began:.1f} s")
    assert [fault for fault in day.control("GET", "/faults")["faults"] if fault["used"] != 1] == []


def test_an_answer_nobody_can_read_parks_with_one_case_and_goes_on_when_resumed(day: RetailDay) -> None:
    for system, operation in CALLS:
        day.fault(system, "garbage", operation=operation, count=1)
    day.place(orders=14, seed=SEED + 11)
    try:
        for _ in CALLS:  # an order goes on to the next unreadable answer
            until(lambda: day.one(_MOVING, day.opened) == 0, within_s=SETTLED_WITHIN_S, showing=day.left)
            parked = len(day.parked())
            if not parked:
                break
            assert day.one(_CASES_WITH_THE_ANSWER) == parked
            day.resume_parked()
        used = [fault["used"] for fault in day.control("GET", "/faults")["faults"]]
    finally:  # the next test is about something else
        day.control("DELETE", "/faults")
        day.resume_parked()
    assert used == [1] * len(CALLS)


def test_reports_of_parcels_twice_or_in_the_wrong_order_are_taken_once(day: RetailDay) -> None:
    day.fault("wms", "duplicate_webhook", operation="parcel.dispatched", rate=0.6)
    day.fault("wms", "out_of_order_webhook", operation="parcel.dispatched", rate=0.6, seconds=3.0)
    day.fault("commerce", "duplicate_webhook", operation="orders/create")
    day.place(orders=16, seed=SEED + 12)
    day.settle(within_s=SETTLED_WITHIN_S)
    assert day.rows("SELECT shipment_id FROM orders_parcel GROUP BY 1 HAVING count(*) > 1") == []


def test_an_order_whose_parcel_was_never_reported_is_shown_waiting_and_closes_on_a_late_report(day: RetailDay) -> None:
    day.settle(within_s=SETTLED_WITHIN_S)  # the fault is for this test's parcel
    day.fault("wms", "lost_webhook", operation="parcel.dispatched")
    number = day.post_order(key=f"lost-{time.time_ns()}", sku=300).json()["number"]
    day.expected += 1
    until(lambda: day.rows(_WAITS, number) == [("waiting", "await_parcels")], within_s=SETTLED_WITHIN_S)
    until(lambda: day.effects(operation="dispatch", subject=number), within_s=10)
    day.control("DELETE", "/faults")
    day.report_parcels_again(number)
    day.report_parcels_again(number)
    day.settle(within_s=SETTLED_WITHIN_S)
    assert day.one("SELECT state FROM orders_order WHERE number = %s", number) == "closed"


def test_a_parcel_nobody_told_us_of_is_found_by_asking_the_warehouse(day: RetailDay) -> None:
    day.settle(within_s=SETTLED_WITHIN_S)  # the fault is for this test's parcel
    day.fault("wms", "lost_webhook", operation="parcel.dispatched")
    number = day.post_order(key=f"asked-{time.time_ns()}", sku=301).json()["number"]
    day.expected += 1
    until(lambda: day.effects(operation="dispatch", subject=number), within_s=SETTLED_WITHIN_S)
    until(lambda: day.rows(_WAITS, number) == [("waiting", "await_parcels")], within_s=10)
    found = day.command("reconcile", "--json", "--order", number)["parcels"]
    day.control("DELETE", "/faults")
    assert {parcel["order"] for parcel in found} == {number}
    day.settle(within_s=SETTLED_WITHIN_S)
    assert day.one("SELECT state FROM orders_order WHERE number = %s", number) == "closed"


_MOVING = """
SELECT (SELECT count(*) FROM engine_processrun WHERE state IN ('ready', 'running', 'retrying'))
     + (SELECT count(*) FROM outbox_fact WHERE state = 'pending')
     + (SELECT count(*) FROM engine_processrun run WHERE state = 'waiting' AND created_at >= %s AND NOT EXISTS (
            SELECT 1 FROM engine_processrun parcel
            WHERE parcel.state = 'parked' AND parcel.facts->'started_by'->>'order_number' = run.subject))
"""
_CASES_WITH_THE_ANSWER = """
SELECT count(*) FROM cases_case JOIN engine_processrun run ON run.id = cases_case.run_id
WHERE run.state = 'parked' AND cases_case.state = 'open' AND cases_case.kind = 'contract'
  AND cases_case.detail LIKE '%%down for maintenance%%'
"""
_WAITS = "SELECT state, step FROM engine_processrun WHERE process = 'order_to_cash' AND subject = %s"
