"""What an engineer or somebody in finance sees of the books and the runs, and may tell a parked run."""

from typing import Any
from uuid import UUID

import pytest

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.models import ProcessRun, RunStep
from process_apis.engine.process import NeedsPerson, run_id_of
from process_apis.ledger import services as ledger
from process_apis.orders import parcels, queries, services
from process_apis.orders.parcels import LineShare, ParcelShare
from process_apis.stock import services as stock
from retail_platform.kernel import clock, correlation
from tests.callers import Caller, a_key, problem
from tests.engine import Workers, employ
from tests.factories import NOON, a_catalog, a_shipment, an_entry, an_order, on_hand

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-4000-8000-000000000000"
O2C, STOCK, LEDGER, CASES = (f"/api/process/{name}/v1" for name in ("order_to_cash", "stock", "ledger", "cases"))
ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_key(scopes=["process.read", "process.write"]))


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return employ(monkeypatch)


@pytest.fixture
def shipped() -> None:
    """Order W-1001: reserved, sent in one parcel, booked, and posted to the ERP as JE-77."""
    a_catalog()
    on_hand({"BOOT-42": 5})
    with correlation.use(ID):
        order, _ = services.place(an_order())
        stock.reserve(order_number="W-1001", demands=[stock.Demand("1", "BOOT-42", "WH-1", 1)])
        stock.dispatch(order_number="W-1001", parcel="SHP-1", node="WH-1", units={"1": {"BOOT-42": 1}}, at=NOON)
        payment = order.payments.get()
        share = ParcelShare({"1": LineShare(1, 10000, 0, 1900, 4000)}, 0, 0, {payment.id: 11900})
        lines = {line.line_id: line for line in order.lines.all()}
        parcels.record(queries.locked("W-1001"), lines, a_shipment(), share)
        ledger.book(an_entry(), order_number="W-1001")
    run = ProcessRun.objects.create(
        id=run_id_of(process="parcel", subject="SHP-1"), process="parcel", subject="SHP-1", step="settle_parcel",
        state="done", correlation_id=ID, deadline_at=NOON, facts={"sale_entry": "SALE-1", "sale_entry_ref": "JE-77"},
    )  # fmt: skip
    RunStep.objects.create(
        run=run, name="post_sale", direction="forward", state="done", attempts=1, result={"sale_entry_ref": "JE-77"}
    )


def ok(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.usefixtures("shipped")
def test_an_order_shows_its_lines_money_parcels_reservations_and_history(caller: Caller) -> None:
    order = ok(caller.get(f"{O2C}/orders/W-1001"))
    assert order["total"] == {"amount": "119.00", "currency": "EUR"}
    assert order["lines"][0]["tax"] == {"amount": "19.00", "currency": "EUR"}
    assert (order["lines"][0]["shipped"], order["parcels"][0]["total"]["amount"]) == (1, "119.00")
    assert order["reservations"][0]["state"] == "consumed"
    assert [event["name"] for event in order["history"]] == ["order.placed", "shipment.dispatched"]


@pytest.mark.usefixtures("shipped")
def test_an_order_shows_nothing_of_who_bought(caller: Caller) -> None:
    for path in ("orders", "orders/W-1001", "orders/W-1001/trace"):
        assert b"Winter" not in caller.get(f"{O2C}/{path}").content


@pytest.mark.usefixtures("shipped")
def test_the_trace_tells_the_whole_story_in_time_order(caller: Caller) -> None:
    trace = ok(caller.get(f"{O2C}/orders/W-1001/trace"))
    kinds = {event["kind"] for event in trace["events"]}
    assert kinds == {"fact", "run", "step", "reservation", "movement", "journal"}
    assert [event["at"] for event in trace["events"]] == sorted(event["at"] for event in trace["events"])
    assert (trace["correlation_ids"], trace["complete"]) == ([ID], True)


@pytest.mark.usefixtures("shipped")
def test_the_trace_leads_from_the_order_to_the_erps_own_number_of_its_journal(caller: Caller) -> None:
    events = ok(caller.get(f"{O2C}/orders/W-1001/trace"))["events"]
    (journal,) = [event for event in events if event["kind"] == "journal"]
    assert (journal["state"], journal["vendor_refs"]) == ("posted", {"erp": "JE-77"})


@pytest.mark.usefixtures("shipped")
def test_another_order_of_the_same_request_is_not_part_of_the_story(caller: Caller) -> None:
    with correlation.use(ID):
        services.place(an_order(number="W-1002"))
    assert b"W-1002" not in caller.get(f"{O2C}/orders/W-1001/trace").content


@pytest.mark.usefixtures("shipped")
def test_a_client_of_another_channel_does_not_find_the_order() -> None:
    stranger = Caller(a_key(name="other", scopes=["process.read"], channels=["elsewhere"]))
    for path in ("orders/W-1001", "orders/W-1001/trace", "orders/NONE"):
        assert problem(stranger.get(f"{O2C}/{path}"))["type"] == "/problems/no-such-order"
    assert ok(stranger.get(f"{O2C}/orders"))["items"] == []


def test_orders_come_in_pages_that_miss_and_repeat_nothing(caller: Caller) -> None:
    for number in range(5):
        services.place(an_order(number=f"W-{number}"))
    seen, cursor = [], ""
    while cursor is not None:
        page = ok(caller.get(f"{O2C}/orders?limit=2&cursor={cursor}"))
        seen += [order["number"] for order in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == [f"W-{number}" for number in range(5)]


def test_orders_are_found_by_state_and_channel(caller: Caller) -> None:
    services.place(an_order())
    assert len(ok(caller.get(f"{O2C}/orders?state=received&channel=web"))["items"]) == 1
    assert ok(caller.get(f"{O2C}/orders?state=closed"))["items"] == []


@pytest.mark.parametrize(
    "query", ["colour=red", "state=lost", "limit=0", "limit=1000", "cursor=x", "state=closed&state=closed"]
)
def test_a_query_nobody_documented_is_refused(caller: Caller, query: str) -> None:
    assert problem(caller.get(f"{O2C}/orders?{query}"))["errors"]


@pytest.mark.usefixtures("shipped")
def test_stock_shows_positions_and_what_made_them(caller: Caller) -> None:
    (position,) = ok(caller.get(f"{STOCK}/positions?sku=BOOT-42&node=WH-1"))["items"]
    assert (position["on_hand"], position["reserved"]) == (4, 0)
    movements = ok(caller.get(f"{STOCK}/movements?sku=BOOT-42"))["items"]
    assert [movement["units"] for movement in movements] == [-1, 5]


@pytest.mark.usefixtures("shipped")
def test_a_client_of_another_store_sees_no_stock() -> None:
    stranger = Caller(a_key(name="other", scopes=["process.read"], stores=["STORE-009"]))
    assert ok(stranger.get(f"{STOCK}/positions"))["items"] == []
    assert ok(stranger.get(f"{STOCK}/movements"))["items"] == []


@pytest.mark.usefixtures("shipped")
def test_the_ledger_shows_entries_of_an_order_with_their_lines(caller: Caller) -> None:
    (row,) = ok(caller.get(f"{LEDGER}/entries?order=W-1001&day={NOON:%Y-%m-%d}"))["items"]
    entry = ok(caller.get(f"{LEDGER}/entries/{row['reference']}"))
    assert [(line["role"], line["amount"]["amount"]) for line in entry["lines"]] == [("AR", "1.00"), ("REV", "-1.00")]
    assert entry["correlation_id"] == ID


@pytest.mark.usefixtures("shipped")
def test_the_trial_balance_comes_to_nothing(caller: Caller) -> None:
    accounts = ok(caller.get(f"{LEDGER}/trial-balance"))["accounts"]
    assert {each["account"]: each["balance"]["amount"] for each in accounts} == {"1200": "1.00", "4000": "-1.00"}


@pytest.mark.parametrize("path", [f"{LEDGER}/entries/NONE", f"{O2C}/runs/{NOBODY}", f"{CASES}/cases/{NOBODY}"])
def test_what_is_not_there_is_not_found(caller: Caller, path: str) -> None:
    assert problem(caller.get(path))["status"] == 404


def parked(workers: Workers) -> UUID:
    workers.log.script("send", NeedsPerson("no such place", proposal="add it"))
    return workers.go(workers.begin()).id


def test_a_parked_run_shows_where_and_why_and_its_case_what_would_help(caller: Caller, workers: Workers) -> None:
    run = ok(caller.get(f"{O2C}/runs/{parked(workers)}"))
    assert (run["state"], run["step"], run["steps"][-1]["error"]) == ("parked", "send", "no such place")
    (case,) = ok(caller.get(f"{CASES}/cases?owner=master-data"))["items"]
    assert (case["run_id"], case["proposal"]) == (run["id"], "add it")


def test_runs_are_found_by_state_and_journey(caller: Caller, workers: Workers) -> None:
    run_id = parked(workers)
    assert [run["id"] for run in ok(caller.get(f"{O2C}/runs?state=parked&process=errand"))["items"]] == [str(run_id)]
    assert ok(caller.get(f"{O2C}/runs?state=done"))["items"] == []


def test_a_parked_run_is_resumed_once_however_often_it_is_asked(caller: Caller, workers: Workers) -> None:
    path = f"{O2C}/runs/{parked(workers)}/resume"
    first = ok(caller.post(path, {"reason": "the place was added"}, key="k1"))
    again = ok(caller.post(path, {"reason": "the place was added"}, key="k1"))
    assert (first["state"], again) == ("ready", first)
    assert problem(caller.post(path, {"reason": "the place was added"}))["type"] == "/problems/run-not-parked"


@pytest.mark.parametrize(
    ("act", "state", "step"),
    [
        ("resume", "ready", "send"),
        ("skip", "ready", "bill"),
        ("compensate", "ready", "call_back"),
        ("send-as-new", "ready", "send"),
    ],
)
def test_each_thing_a_person_may_say_has_its_effect(
    caller: Caller, workers: Workers, act: str, state: str, step: str
) -> None:
    run = ok(caller.post(f"{O2C}/runs/{parked(workers)}/{act}", {"reason": "seen to it"}))
    assert (run["state"], run["step"]) == (state, step)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "ok then", "force": True}, [], {"reason": 5}])
def test_acting_on_a_run_takes_a_reason_and_nothing_else(caller: Caller, workers: Workers, body: Any) -> None:
    assert problem(caller.post(f"{O2C}/runs/{parked(workers)}/resume", body))["status"] == 400


def test_acting_on_a_run_takes_an_idempotency_key(caller: Caller, workers: Workers) -> None:
    path = f"{O2C}/runs/{parked(workers)}/resume"
    assert problem(caller.post(path, {"reason": "seen to it"}, key=None))["status"] == 400


def test_a_reader_may_not_act(workers: Workers) -> None:
    reader = Caller(a_key(scopes=["process.read"]))
    answer = reader.post(f"{O2C}/runs/{parked(workers)}/resume", {"reason": "seen to it"})
    assert problem(answer)["status"] == 403


def test_a_case_is_closed_with_a_word_on_how(caller: Caller) -> None:
    case_id = a_case()
    case = ok(caller.post(f"{CASES}/cases/{case_id}/resolve", {"reason": "unsubscribed"}))
    assert (case["state"], case["resolution"], case["resolved_by"]) == ("resolved", "unsubscribed", "shop")
    assert ok(caller.get(f"{CASES}/cases"))["items"] == []
    assert ok(caller.get(f"{CASES}/cases?state=resolved"))["items"][0]["id"] == str(case_id)


def test_a_case_is_closed_once(caller: Caller) -> None:
    case_id = a_case()
    cases.resolve(case_id=case_id, by="ada", resolution="done", now=clock.now())
    answer = caller.post(f"{CASES}/cases/{case_id}/resolve", {"reason": "done"})
    assert problem(answer)["type"] == "/problems/case-closed"


def test_the_case_of_a_parked_run_is_not_closed_behind_its_back(caller: Caller, workers: Workers) -> None:
    parked(workers)
    (case,) = ok(caller.get(f"{CASES}/cases"))["items"]
    answer = caller.post(f"{CASES}/cases/{case['id']}/resolve", {"reason": "done"})
    assert problem(answer)["type"] == "/problems/case-of-run"


def a_case() -> UUID:
    return cases.open_case(kind=CaseKind.CONTRACT, fingerprint="f", subject="inbox:1", title="unknown topic")
