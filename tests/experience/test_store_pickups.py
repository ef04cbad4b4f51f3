"""Click-and-collect over HTTP: the store's list, each move, what is refused and in which words."""

from typing import Any
from uuid import uuid4

import pytest

from process_apis.pickups import codes
from process_apis.pickups.models import Pickup, PickupState
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog
from tests.pickups import a_pickup

pytestmark = pytest.mark.django_db

TOOLS = "/api/experience/store_tools/v1"
STAFF = {"staff": "kim"}


@pytest.fixture
def till() -> Caller:
    a_catalog(stores=2)
    return Caller(a_key(name="till-1", scopes=["stores.read", "stores.write"], stores=["STORE-001"]))


def of(pickup: Pickup, move: str) -> str:
    return f"{TOOLS}/pickups/{pickup.id}/{move}"


def test_the_list_holds_what_is_still_to_be_dealt_with(till: Caller) -> None:
    a_pickup(order_number="W-1")
    a_pickup(order_number="W-2", state="handed_over")
    items = till.get(f"{TOOLS}/stores/STORE-001/pickups").json()["items"]
    assert [item["order_number"] for item in items] == ["W-1"]


def test_the_list_can_be_asked_for_one_state(till: Caller) -> None:
    a_pickup(order_number="W-1")
    a_pickup(order_number="W-2", state="handed_over")
    items = till.get(f"{TOOLS}/stores/STORE-001/pickups?state=handed_over").json()["items"]
    assert [item["order_number"] for item in items] == ["W-2"]


def test_the_list_is_paged(till: Caller) -> None:
    for number in range(3):
        a_pickup(order_number=f"W-{number}")
    first = till.get(f"{TOOLS}/stores/STORE-001/pickups?limit=2").json()
    second = till.get(f"{TOOLS}/stores/STORE-001/pickups?limit=2&cursor={first['next']}").json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]


@pytest.mark.parametrize("path", ["stores/STORE-002/pickups", "stores/NOWHERE/pickups"])
def test_another_store_answers_the_same_404_as_none(till: Caller, path: str) -> None:
    assert problem(till.get(f"{TOOLS}/{path}"))["status"] == 404


def test_another_stores_pickup_is_not_there(till: Caller) -> None:
    pickup = a_pickup(node="STORE-002")
    assert problem(till.get(f"{TOOLS}/pickups/{pickup.id}"))["status"] == 404


@pytest.mark.parametrize("move", ["pick", "ready", "arrived", "handover", "reject"])
def test_another_stores_pickup_cannot_be_moved(till: Caller, move: str) -> None:
    pickup = a_pickup(node="STORE-002", state="ready")
    body = {**STAFF, "reason": "damaged"} if move == "reject" else STAFF
    till.post(of(pickup, move), body)
    assert Pickup.objects.get().state == "ready"


def test_a_pickup_that_is_not_there_is_a_404(till: Caller) -> None:
    assert problem(till.post(f"{TOOLS}/pickups/{uuid4()}/ready", STAFF))["status"] == 404


def test_the_answer_says_what_can_be_done_next(till: Caller) -> None:
    moved = till.post(of(a_pickup(), "ready"), STAFF).json()
    assert (moved["state"], moved["allowed"]) == ("ready", ["arrived", "handover", "reject"])


def test_the_code_is_told_to_no_one_at_the_counter(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    said = till.get(f"{TOOLS}/pickups/{pickup.id}").content.decode()
    assert codes.code_of(pickup.id) not in said.replace(str(pickup.id), "")


def test_the_wrong_state_is_a_409_that_says_what_can_be_done(till: Caller) -> None:
    refused = problem(till.post(of(a_pickup(), "arrived"), STAFF))
    assert (refused["status"], refused["detail"]) == (
        409,
        "It is to be picked; what can be done now: pick, ready, reject.",
    )


def test_goods_are_handed_over_by_the_code(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    done = till.post(of(pickup, "handover"), {**STAFF, "code": codes.code_of(pickup.id)}).json()
    assert (done["state"], done["proof"], done["collected_by"], done["staff"]) == (
        "handed_over", "code", "Ada Winter", "kim",
    )  # fmt: skip


def test_the_same_hand_over_again_gets_the_same_answer(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    body = {**STAFF, "code": codes.code_of(pickup.id)}
    first, again = (till.post(of(pickup, "handover"), body, key="k1") for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)


def test_without_an_idempotency_key_nothing_is_handed_over(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    till.post(of(pickup, "handover"), {**STAFF, "id_checked": True}, key=None)
    assert Pickup.objects.get().state == "ready"


def test_without_code_or_document_nothing_is_handed_over(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    assert problem(till.post(of(pickup, "handover"), STAFF))["errors"][0]["pointer"] == "/code"


def test_a_wrong_code_is_refused_and_counted(till: Caller) -> None:
    pickup = a_pickup(state="ready")
    till.post(of(pickup, "handover"), {**STAFF, "code": "x"})
    assert (Pickup.objects.get().state, Pickup.objects.get().wrong_codes) == ("ready", 1)


def test_a_part_can_be_handed_to_somebody_else(till: Caller) -> None:
    pickup = a_pickup(state="ready", units=3)
    body = {**STAFF, "id_checked": True, "collected_by": "Ben", "lines": [{"line_id": "1", "units": 2}]}
    done = till.post(of(pickup, "handover"), body).json()
    assert (done["state"], done["collected_by"], done["lines"][0]["collected"]) == ("collected_partial", "Ben", 2)


def test_more_than_there_is_cannot_be_handed_over(till: Caller) -> None:
    pickup = a_pickup(state="ready", units=3)
    body: dict[str, Any] = {**STAFF, "id_checked": True, "lines": [{"line_id": "1", "units": 4}]}
    assert problem(till.post(of(pickup, "handover"), body))["status"] == 422


def test_a_rejection_needs_a_reason(till: Caller) -> None:
    refused = problem(till.post(of(a_pickup(), "reject"), STAFF))
    assert refused["errors"][0]["pointer"] == "/reason"


def test_rejections_are_counted_by_reason(till: Caller) -> None:
    till.post(of(a_pickup(), "reject"), {**STAFF, "reason": "damaged"})
    assert till.get(f"{TOOLS}/pickup-rejections").json()["items"] == [
        {"node": "STORE-001", "reason": "damaged", "count": 1}
    ]


def test_reading_is_not_enough_to_move_anything() -> None:
    a_catalog()
    reader = Caller(a_key(name="screen", scopes=["stores.read"]))
    assert problem(reader.post(of(a_pickup(), "ready"), STAFF))["status"] == 403


def test_what_is_late_says_so(till: Caller) -> None:
    pickup = a_pickup(ready_by=clock.now())
    assert till.get(f"{TOOLS}/pickups/{pickup.id}").json()["overdue"] is True


def test_every_state_can_be_asked_for(till: Caller) -> None:
    assert {till.get(f"{TOOLS}/stores/STORE-001/pickups?state={s}").status_code for s in PickupState.values} == {200}
