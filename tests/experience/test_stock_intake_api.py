"""Stock comes in over HTTP: files with their reports, variances to decide, what was set aside."""

from typing import Any

import pytest

from canonical.stock import StockLevel, StockSnapshot
from process_apis.cases.models import Case
from process_apis.stock.checking import counts
from process_apis.stock.files import drop_folder
from process_apis.stock.models import SetAside, StockFile, StockPosition, Variance
from tests.callers import Caller, a_key, problem
from tests.experience.desk import signed_in
from tests.factories import NOON, a_catalog, on_hand
from tests.unit.test_stock_files import BAD, GOOD, HEADER, a_file, good

pytestmark = pytest.mark.django_db
STOCK = "/api/process/stock/v1"
FILES = f"{STOCK}/files"


@pytest.fixture
def caller() -> Caller:
    a_catalog()
    return Caller(a_key(scopes=["process.read", "process.write"]))


def a_body(*rows: str, **more: Any) -> dict[str, Any]:
    return {"name": "day.csv", "source": "wms", "content": a_file(*rows).decode(), **more}


def shelf() -> int:
    return sum(StockPosition.objects.values_list("on_hand", flat=True))


def test_a_file_is_taken_applied_and_reported(caller: Caller) -> None:
    taken = caller.post(FILES, a_body(*good(2), "bad," + BAD["unknown-sku"][1]))
    assert (taken.status_code, taken.json()["state"], shelf()) == (202, "applying", 0)
    drop_folder.look()  # what the sweeper does
    report = caller.get(taken["Location"]).json()
    assert (report["state"], report["applied"], report["set_aside"], shelf()) == ("done", 2, 1, 20)
    assert [(line["line"], line["field"]) for line in report["lines"]] == [(4, "sku")]


def test_a_file_may_be_sent_as_it_is(caller: Caller) -> None:
    raw = a_file(GOOD.format(1) + ",wms", header=HEADER + ",source")
    assert caller.post(FILES, raw, Content_Type="text/csv").status_code == 202
    drop_folder.look()
    assert shelf() == 10


def test_a_file_cut_in_half_is_refused_and_leaves_nothing(caller: Caller) -> None:
    body = a_body(*good(5))
    told = problem(caller.post(FILES, {**body, "content": body["content"][:150]}))
    assert (told["status"], told["type"], told["errors"][0]["pointer"]) == (422, "/problems/file-rejected", "/content")
    assert not StockFile.objects.exists()


def test_lines_that_end_as_on_an_old_mac_are_refused_with_what_to_do(caller: Caller) -> None:
    body = a_body(*good(1))
    told = problem(caller.post(FILES, {**body, "content": body["content"].replace("\n", "\r")}))
    assert told["status"] == 422
    assert "end each line with LF" in told["errors"][0]["detail"]


def test_the_same_bytes_under_another_key_are_known(caller: Caller) -> None:
    first, again = (caller.post(FILES, a_body(*good(1))).json() for _ in range(2))
    assert (again["id"], first["known"], again["known"]) == (first["id"], False, True)


def test_bytes_that_are_no_text_are_refused(caller: Caller) -> None:
    assert problem(caller.post(FILES, b"\xff\xfe", Content_Type="text/csv"))["status"] == 422


def test_who_sees_one_store_only_moves_nothing_elsewhere_and_sees_no_other_files(caller: Caller) -> None:
    caller.post(FILES, a_body(*good(1)))
    store = Caller(a_key(name="store", scopes=["process.read", "process.write"], stores=["STORE-001"]))
    assert store.get(FILES).json()["items"] == []
    taken = store.post(FILES, a_body(*good(2)))
    drop_folder.look()
    report = store.get(taken["Location"]).json()
    assert (report["applied"], report["set_aside"], shelf()) == (0, 2, 10)
    other = Caller(a_key(name="other", scopes=["process.read"], stores=["STORE-002"]))
    assert problem(other.get(taken["Location"]))["status"] == 404


@pytest.fixture
def variance(caller: Caller) -> int:
    on_hand({"BOOT-42": 50})
    levels = (StockLevel(sku="BOOT-42", node="WH-1", on_hand=20),)
    counts.take_snapshot(StockSnapshot(node="WH-1", watermark=1, taken_at=NOON, levels=levels), source="wms")
    return Variance.objects.get().id


@pytest.mark.parametrize(("act", "state", "units"), [("accept", "accepted", 20), ("refuse", "refused", 50)])
def test_a_variance_is_decided_with_a_reason_once(
    caller: Caller, variance: int, act: str, state: str, units: int
) -> None:
    path = f"{STOCK}/variances/{variance}/{act}"
    decided = caller.post(path, {"reason": "counted again"}).json()
    assert (decided["state"], decided["reason"], decided["decided_by"], shelf()) == (
        state, "counted again", "shop", units,
    )  # fmt: skip
    assert problem(caller.post(path, {"reason": "again"}))["type"] == "/problems/variance-decided"


def test_a_variance_of_another_store_is_not_there(caller: Caller, variance: int) -> None:
    other = Caller(a_key(name="other", scopes=["process.read", "process.write"], stores=["STORE-001"]))
    assert other.get(f"{STOCK}/variances").json()["items"] == []
    assert problem(other.post(f"{STOCK}/variances/{variance}/accept", {"reason": "mine"}))["status"] == 404


def test_snapshots_and_open_variances_are_listed(caller: Caller, variance: int) -> None:
    (snapshot,) = caller.get(f"{STOCK}/snapshots?node=WH-1").json()["items"]
    (open_one,) = caller.get(f"{STOCK}/variances").json()["items"]
    assert (snapshot["varied"], open_one["id"], open_one["expected"], open_one["counted"]) == (1, variance, 50, 20)
    assert caller.get(f"{STOCK}/variances?state=accepted").json()["items"] == []


def set_aside(caller: Caller, asked: str = "") -> dict[str, Any]:
    (found,) = caller.get(f"{STOCK}/set-aside{asked}").json()["items"]
    return dict(found)


@pytest.fixture
def refused(caller: Caller) -> dict[str, Any]:
    caller.post(FILES, a_body("bad," + BAD["unknown-sku"][1]))
    drop_folder.look()
    return set_aside(caller)


def test_what_was_set_aside_is_settled_with_a_reason_once(caller: Caller, refused: dict[str, Any]) -> None:
    path = f"{STOCK}/set-aside/{refused['id']}/settle"
    told = caller.post(path, {"reason": "a sample"}).json()
    assert (told["settled_by"], told["settled_because"], bool(told["settled_at"])) == ("shop", "a sample", True)
    assert problem(caller.post(path, {"reason": "again"}))["type"] == "/problems/set-aside-settled"


def test_the_case_is_closed_with_the_last_that_it_is_about(caller: Caller, refused: dict[str, Any]) -> None:
    caller.post(FILES, a_body("bad-too," + BAD["unknown-sku"][1]))
    drop_folder.look()
    states = []
    for each in caller.get(f"{STOCK}/set-aside").json()["items"]:
        caller.post(f"{STOCK}/set-aside/{each['id']}/settle", {"reason": "a sample"})
        states.append(Case.objects.get(id=refused["case_id"]).state)
    assert states == ["open", "resolved"]


def test_what_is_told_again_and_can_be_applied_is_settled_by_itself(caller: Caller, refused: dict[str, Any]) -> None:
    a_catalog(skus=["GHOST"])
    caller.post(FILES, a_body(*good(1), "bad," + BAD["unknown-sku"][1]))
    drop_folder.look()
    assert (set_aside(caller, "?settled=true")["settled_by"], shelf()) == ("wms", 11)
    assert Case.objects.get(id=refused["case_id"]).state == "resolved"


def test_what_is_refused_again_stands_open_anew(caller: Caller, refused: dict[str, Any]) -> None:
    caller.post(f"{STOCK}/set-aside/{refused['id']}/settle", {"reason": "a sample"})
    caller.post(FILES, a_body(*good(1), "bad," + BAD["unknown-sku"][1]))
    drop_folder.look()
    assert set_aside(caller, "?settled=false")["id"] == refused["id"]


def test_what_another_store_was_told_is_not_there_to_settle(caller: Caller, refused: dict[str, Any]) -> None:
    other = Caller(a_key(name="other", scopes=["process.read", "process.write"], stores=["STORE-001"]))
    assert problem(other.post(f"{STOCK}/set-aside/{refused['id']}/settle", {"reason": "x"}))["status"] == 404


def test_a_person_settles_it_on_its_page(refused: dict[str, Any]) -> None:
    signed_in("root").post(f"/admin/stock/setaside/{refused['id']}/act/settle/", {"reason": "a sample"})
    assert SetAside.objects.get().settled_by == "root"


def test_what_was_set_aside_is_listed_as_it_came(caller: Caller) -> None:
    caller.post(FILES, a_body("bad," + BAD["unit-of-measure"][1]))
    drop_folder.look()
    (told,) = caller.get(f"{STOCK}/set-aside?rule=unit-of-measure").json()["items"]
    assert (told["key"], told["told"]["unit"], bool(told["case_id"])) == ("bad", "KGM", True)
