"""Store tools: what a counter can hand over, from when, and how far it is; and what it says when it cannot know."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from process_apis.catalog.models import BundlePart, Node, Product, ProductKind
from process_apis.stock_policy.models import PolicyKind, StockPolicy
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
STORES = "/api/experience/store_tools/v1"
BERLIN, LEIPZIG, MUNICH = (52.52, 13.40), (51.34, 12.37), (48.14, 11.58)


@pytest.fixture(autouse=True)
def three_stores() -> None:
    """Berlin, Leipzig and Munich, open day and night; Berlin and Munich have boots, Munich alone has a coat."""
    a_catalog(skus=("BOOT-42", "COAT-1"), stores=3)
    for number, (latitude, longitude) in enumerate((BERLIN, LEIPZIG, MUNICH), start=1):
        a_store(number, latitude=latitude, longitude=longitude, offers_pickup=True)
    on_hand({"BOOT-42": 2}, node="STORE-001")
    on_hand({"BOOT-42": 5, "COAT-1": 1}, node="STORE-003")


def a_store(number: int, **changes: Any) -> None:
    Node.objects.filter(code=f"STORE-{number:03d}").update(**changes)


def a_till(**limits: Any) -> Caller:
    return Caller(a_key(name="till", scopes=["stores.read"], **limits))


def options(query: str = "sku=BOOT-42&sku=COAT-1&channel=web&near=52.5,13.4", **limits: Any) -> Any:
    answer = a_till(**limits).get(f"{STORES}/pickup-options?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["stores"]


def test_a_store_sees_what_it_has_and_who_else_has_it() -> None:
    answer = a_till().get(f"{STORES}/stores/STORE-001/availability?sku=BOOT-42&sku=COAT-1").json()
    assert answer["store"]["items"] == [{"sku": "BOOT-42", "available": 2}, {"sku": "COAT-1", "available": 0}]
    assert [each["node"] for each in answer["nearby"]] == ["STORE-003"]


def test_stores_with_everything_come_before_nearer_ones() -> None:
    assert [(each["node"], each["has_all"]) for each in options()] == [("STORE-003", True), ("STORE-001", False)]


def test_the_nearest_store_comes_first_and_says_how_far_it_is() -> None:
    found = options("sku=BOOT-42&channel=web&near=48.1,11.6")
    assert [each["node"] for each in found] == ["STORE-003", "STORE-001"]
    assert 4_000 < found[0]["distance_m"] < 5_000


def test_without_a_point_there_is_no_distance() -> None:
    assert {each["distance_m"] for each in options("sku=BOOT-42&channel=web")} == {None}


def test_goods_are_ready_after_the_lead_time() -> None:
    ready = options()[0]["ready_from"]
    assert clock.now() + timedelta(minutes=119) < datetime.fromisoformat(ready) < clock.now() + timedelta(minutes=126)


def test_an_offline_store_is_shown_as_such_and_promises_no_time() -> None:
    a_store(3, online=False)
    munich = options()[-1]
    assert (munich["node"], munich["state"], munich["ready_from"]) == ("STORE-003", "offline", None)


def test_a_store_that_was_silent_for_too_long_is_shown_as_stale() -> None:
    a_store(1, heard_at=clock.now() - timedelta(hours=9))
    a_store(3, heard_at=clock.now() - timedelta(hours=1))
    assert {each["node"]: each["state"] for each in options()} == {"STORE-001": "stale", "STORE-003": "open"}


def test_a_store_that_never_opens_is_closed_and_promises_no_time() -> None:
    a_store(1, opening_hours={"mon": []})
    berlin = options()[-1]
    assert (berlin["state"], berlin["opening_hours_today"], berlin["ready_from"]) == ("closed", [], None)


def test_a_bundle_can_be_had_where_all_its_parts_are() -> None:
    a_catalog(skus=("SET",))
    BundlePart.objects.create(bundle="SET", part="BOOT-42", units=2)
    BundlePart.objects.create(bundle="SET", part="COAT-1", units=1)
    found = options("sku=SET&channel=web")
    assert [(each["node"], each["items"]) for each in found] == [("STORE-003", [{"sku": "SET", "available": 1}])]


def test_a_store_shows_no_more_than_the_channel_may_sell() -> None:
    a_policy = {"kind": PolicyKind.SAFETY, "node": "STORE-003", "value": 2, "effective_from": clock.now()}
    StockPolicy.objects.create(**a_policy)
    assert options("sku=BOOT-42&channel=web")[-1]["items"] == [{"sku": "BOOT-42", "available": 3}]


def test_gift_wrap_is_lacking_nowhere() -> None:
    Product.objects.filter(sku="COAT-1").update(kind=ProductKind.GIFT_WRAP)
    assert [(each["node"], each["has_all"], len(each["items"])) for each in options()] == [
        ("STORE-001", True, 1), ("STORE-003", True, 1)
    ]  # fmt: skip


def test_a_place_that_is_not_ours_or_has_no_counter_is_no_option() -> None:
    a_store(1, offers_pickup=False)
    a_store(3, ours=False)
    assert options() == []


def test_the_same_answer_again_is_told_by_its_etag() -> None:
    path = f"{STORES}/stores/STORE-001/availability?sku=BOOT-42"
    a_store(1, opening_hours={"mon": []})
    a_store(3, opening_hours={"mon": []})
    first = a_till().get(path)
    assert a_till().get(path, If_None_Match=first["ETag"]).status_code == 304


def test_a_storefront_may_ask_where_to_collect_and_nothing_else() -> None:
    shop = Caller(a_key(scopes=["storefront.read"]))
    assert shop.get(f"{STORES}/pickup-options?sku=BOOT-42&channel=web").status_code == 200
    assert shop.get(f"{STORES}/stores/STORE-001/availability?sku=BOOT-42").status_code == 403


def test_a_till_of_one_store_may_not_ask_for_another() -> None:
    till = a_till(stores=["STORE-001"])
    assert till.get(f"{STORES}/stores/STORE-001/availability?sku=BOOT-42").status_code == 200
    foreign = till.get(f"{STORES}/stores/STORE-003/availability?sku=BOOT-42")
    unknown = till.get(f"{STORES}/stores/STORE-999/availability?sku=BOOT-42")
    assert problem(foreign)["detail"] == problem(unknown)["detail"]
    assert foreign.status_code == unknown.status_code == 404


def test_a_till_of_one_store_is_offered_that_store_only() -> None:
    assert [each["node"] for each in options(stores=["STORE-001"])] == ["STORE-001"]


def test_a_channel_that_is_not_yours_is_not_there() -> None:
    till = a_till(channels=["shop"])
    assert till.get(f"{STORES}/pickup-options?sku=BOOT-42&channel=web").status_code == 404


def test_an_unknown_sku_is_named() -> None:
    answer = a_till().get(f"{STORES}/pickup-options?sku=BOOT-42&sku=NOPE&channel=web")
    assert answer.status_code == 422
    assert problem(answer)["errors"] == [{"parameter": "sku", "detail": "There is no product NOPE."}]


@pytest.mark.parametrize(
    "query",
    [
        "sku=BOOT-42",
        "channel=web",
        "sku=BOOT-42&channel=web&near=52.5",
        "sku=BOOT-42&channel=web&near=91,13",
        "sku=BOOT-42&channel=web&near=nan,1",
        "sku=BOOT-42&channel=web&near=52.5,181",
        "sku=BOOT-42&channel=web&limit=0",
        "sku=BOOT-42&channel=web&colour=red",
        "channel=web&" + "&".join(f"sku=S{n}" for n in range(51)),
    ],
)
def test_a_question_that_is_not_as_documented_is_refused_by_the_parameter(query: str) -> None:
    answer = a_till().get(f"{STORES}/pickup-options?{query}")
    assert answer.status_code == 400
    assert problem(answer)["errors"][0]["parameter"]
