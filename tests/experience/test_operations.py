"""What those who watch see and may do: runs, cases, the trace of one id through all systems, telling again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from experience_apis.partners.models import Endpoint
from process_apis.cases import services as cases
from process_apis.cases.models import Case, CaseKind
from process_apis.orders.models import Order
from process_apis.stock import services as stock
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.outbox.models import Fact, FactState
from system_apis.inbox.models import InboxMessage
from tests.callers import Caller, a_key, problem
from tests.factories import a_movement, an_order, on_hand
from tests.playing import AT_ONCE_MS, Play, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
OPERATIONS = "/api/experience/operations/v1"
ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def engineer() -> Caller:
    return Caller(a_key(name="engineer", scopes=["operations.read", "operations.write"]))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


@pytest.fixture
def sent(play: Play) -> str:
    """An order of the shop that came in by webhook and was sent; a partner hears of it. Returns its number."""
    Endpoint.objects.create(client="partner", url="https://partner.example/hooks/token-in-path", events=["*"])
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    with correlation.use(ID):
        play.at_the_shop()
    order = Order.objects.get()
    with correlation.use("f" * 32):  # the parcel is heard of under an id of its own
        play.parcels_leave(order.number)
    play.later()
    return str(order.number)


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def trace(engineer: Caller, which: str = ID, query: str = "") -> dict[str, Any]:
    return dict(ok(engineer.get(f"{OPERATIONS}/trace/{which}{query}")))


def test_one_answer_follows_an_order_through_every_system(engineer: Caller, sent: str) -> None:
    found = trace(engineer)
    assert (found["orders"], found["complete"]) == ([sent], True)
    kinds = {event["kind"] for event in found["events"]}
    everywhere = {"inbox", "fact", "run", "step", "reservation", "sourcing", "payment", "movement", "journal"}
    assert everywhere | {"notice", "delivery"} <= kinds
    named = {name.split("_")[0] for event in found["events"] for name in event["vendor_refs"]}
    assert {"commerce", "erp", "release", "provider"} <= named


def test_a_trace_is_in_time_order_and_tells_nothing_twice(engineer: Caller, sent: str) -> None:
    events = trace(engineer)["events"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    runs = [event["detail"]["run_id"] for event in events if event["kind"] == "run"]
    assert len(runs) == len(set(runs)) > 2


def test_an_id_alone_leaves_out_what_came_under_others(engineer: Caller, sent: str) -> None:
    events = trace(engineer, query="?only_this_id=true")["events"]
    assert {event["correlation_id"] for event in events} == {ID}
    assert "shipment_found" not in {event["name"] for event in events}


def test_the_id_of_a_parcel_leads_to_the_order_it_is_of(engineer: Caller, sent: str) -> None:
    assert trace(engineer, "f" * 32)["orders"] == [sent]


def test_no_address_of_a_partner_is_in_a_trace(engineer: Caller, sent: str) -> None:
    assert b"token-in-path" not in engineer.get(f"{OPERATIONS}/trace/{ID}").content


def test_a_movement_is_found_by_the_id_it_was_told_under(engineer: Caller) -> None:
    with correlation.use("e" * 32):
        stock.move([a_movement(key="receipt:7")])
    on_hand({"BOOT-42": 3})
    events = trace(engineer, "E" * 32)["events"]
    assert [event["detail"]["key"] for event in events if event["kind"] == "movement"] == ["receipt:7"]


@pytest.mark.parametrize("which", ["0" * 32, "nothing", "W-1001"])
def test_an_id_that_nothing_carries_is_not_found(engineer: Caller, which: str) -> None:
    assert problem(engineer.get(f"{OPERATIONS}/trace/{which}"))["type"] == "/problems/no-such-trace"


def test_runs_are_found_by_what_they_are_about(engineer: Caller, play: Play) -> None:
    for number in ("W-1001", "W-1002"):
        play.place(an_order(number=number, channel_order_id=number))
    play.go()
    found = ok(engineer.get(f"{OPERATIONS}/runs?subject=W-1002"))["items"]
    assert [(row["process"], row["subject"]) for row in found] == [("order_to_cash", "W-1002")]
    run = ok(engineer.get(f"{OPERATIONS}/runs/{found[0]['id']}"))
    assert "reserve_stock" in {step["name"] for step in run["steps"]}


@pytest.fixture
def case() -> UUID:
    case_id = uuid4()
    cases.open_case(kind=CaseKind.CONTRACT, fingerprint="x", subject="carts/update", title="unknown", case_id=case_id)
    return case_id


def test_a_case_is_closed_once_with_a_word_on_how(engineer: Caller, case: UUID) -> None:
    assert [row["id"] for row in ok(engineer.get(f"{OPERATIONS}/cases"))["items"]] == [str(case)]
    path = f"{OPERATIONS}/cases/{case}/resolve"
    first = engineer.post(path, {"reason": "unsubscribed"}, key="k-1")
    again = engineer.post(path, {"reason": "unsubscribed"}, key="k-1")
    assert (ok(first)["resolved_by"], again.content, again["Idempotency-Replayed"]) == (
        "engineer", first.content, "true",
    )  # fmt: skip
    assert engineer.post(path, {"reason": "once more"}).status_code == 409
    assert ok(engineer.get(f"{OPERATIONS}/cases/{case}"))["resolution"] == "unsubscribed"


def test_without_a_key_of_its_own_nothing_is_closed(engineer: Caller, case: UUID) -> None:
    refused = problem(engineer.post(f"{OPERATIONS}/cases/{case}/resolve", {"reason": "unsubscribed"}, key=None))
    assert (refused["status"], Case.objects.get(id=case).state) == (400, "open")


def test_a_message_told_again_starts_nothing_that_it_has_started(engineer: Caller, play: Play) -> None:
    play.at_the_shop()
    message, before = InboxMessage.objects.get(), Order.objects.count()
    told = ok(engineer.post(f"{OPERATIONS}/replays", {"inbox_ids": [str(message.id)]}))
    play.go()
    assert (told["items"][0]["new"], told["items"][0]["outcome"][:22]) == (False, "no-op: order_intake ru")
    assert Order.objects.count() == before == 1


def test_a_dry_run_says_what_would_happen_and_changes_nothing(engineer: Caller, play: Play) -> None:
    play.at_the_shop()
    facts = Fact.objects.count()
    body = {"inbox_ids": [str(InboxMessage.objects.get().id)], "dry_run": True}
    assert ok(engineer.post(f"{OPERATIONS}/replays", body))["dry_run"]
    assert Fact.objects.count() == facts


def test_an_unknown_message_is_named_and_none_is_told_again(engineer: Caller, play: Play) -> None:
    play.at_the_shop()
    facts, known = Fact.objects.count(), str(InboxMessage.objects.get().id)
    refused = problem(engineer.post(f"{OPERATIONS}/replays", {"inbox_ids": [known, str(uuid4())]}))
    assert (refused["status"], refused["errors"][0]["pointer"], Fact.objects.count()) == (422, "/inbox_ids/1", facts)


def test_a_day_is_told_again_in_parts(engineer: Caller, play: Play) -> None:
    for _ in range(3):
        play.at_the_shop()
    day = {"day": clock.now().date().isoformat(), "limit": 2, "dry_run": True}
    first = ok(engineer.post(f"{OPERATIONS}/replays/days", day))
    second = ok(engineer.post(f"{OPERATIONS}/replays/days", {**day, "after": first["next"]}))
    ids = [item["id"] for item in [*first["items"], *second["items"]]]
    assert (len(first["items"]), len(set(ids)), second["next"]) == (2, 3, None)


def test_a_place_to_go_on_from_that_is_of_another_day_is_refused(engineer: Caller) -> None:
    body = {"day": "2026-03-01", "after": str(uuid4())}
    assert problem(engineer.post(f"{OPERATIONS}/replays/days", body))["errors"][0]["pointer"] == "/after"


def test_a_fact_that_was_set_aside_is_told_again_and_its_case_closes(engineer: Caller) -> None:
    on_hand({"BOOT-42": 3})
    Fact.objects.update(state=FactState.STUCK, attempts=12, error="LookupError: x")
    cases.open_case(kind=CaseKind.TECHNICAL, fingerprint="fact.stuck:stock.changed:1", subject="x", title="stuck")
    assert len(ok(engineer.post(f"{OPERATIONS}/replays/stuck-facts", {}))["items"]) == 1
    assert (Fact.objects.get().state, Case.objects.get().state) == ("pending", "resolved")


def test_who_may_only_read_acts_on_nothing(case: UUID) -> None:
    reader = Caller(a_key(name="reader", scopes=["operations.read"]))
    assert reader.post(f"{OPERATIONS}/cases/{case}/resolve", {"reason": "unsubscribed"}).status_code == 403
    assert reader.post(f"{OPERATIONS}/replays/stuck-facts", {}).status_code == 403
