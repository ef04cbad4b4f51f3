"""Why an order is sent from where it is: in the API, in its trace, in the admin; and who may set the rules."""

import pytest
from django.urls import reverse

from process_apis.orders import services as orders
from process_apis.sourcing import services as sourcing
from process_apis.sourcing.models import SourcingRule
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem
from tests.experience.desk import signed_in
from tests.factories import a_catalog, an_order, on_hand

pytestmark = pytest.mark.django_db
DECISIONS = "/api/process/sourcing/v1/decisions"


@pytest.fixture(autouse=True)
def a_decided_order() -> None:
    """W-1001, which the warehouse sends although a store could."""
    a_catalog()
    for node in ("WH-1", "STORE-001"):
        on_hand({"BOOT-42": 1}, node=node)
    orders.place(an_order())
    choice = sourcing.source([("1", "BOOT-42", 1)], channel="web", now=clock.now())
    sourcing.keep(choice, order_number="W-1001", channel="web", looks=1, now=clock.now())


def test_a_decision_is_told_with_its_reasons() -> None:
    told = Caller(a_key()).get(f"{DECISIONS}/W-1001").json()
    assert [part["node"] for part in told["chosen"]] == ["WH-1"]
    assert [(each["nodes"], each["lost"]) for each in told["candidates"]] == [
        (["WH-1"], ""),
        (["STORE-001"], "rank: 100 points against 10"),
    ]


def test_an_order_of_another_channel_is_as_unknown_as_one_that_is_not_there() -> None:
    caller = Caller(a_key(name="other", channels=["shop"]))
    foreign, unknown = caller.get(f"{DECISIONS}/W-1001"), caller.get(f"{DECISIONS}/W-9")
    assert problem(foreign)["detail"] == problem(unknown)["detail"]
    assert foreign.status_code == unknown.status_code == 404


def test_the_decision_is_part_of_the_orders_story() -> None:
    trace = Caller(a_key()).get("/api/process/order_to_cash/v1/orders/W-1001/trace").json()
    assert [event["name"] for event in trace["events"] if event["kind"] == "sourcing"] == ["sourced"]


def test_the_admin_shows_why_another_node_was_not_chosen() -> None:
    root = signed_in("root")
    for address in ("admin:sourcing_sourcingdecision_change", "admin:orders_order_change"):
        assert b"rank: 100 points against 10" in root.get(reverse(address, args=["W-1001"])).content


def test_master_data_sets_a_rule_from_now_on() -> None:
    page = reverse("admin:sourcing_sourcingrule_add")
    browser = signed_in("mia", group="master-data")
    assert browser.get(page).status_code == 200
    asked = {
        "rule": "cost", "order": 1, "weight": 2, "effective_from_0": "2026-03-01", "effective_from_1": "00:00:00",
        "effective_until_0": "", "effective_until_1": "", "channel": "", "reason": "parcels got dearer",
    }  # fmt: skip
    assert browser.post(page, asked).status_code == 302
    assert SourcingRule.objects.get().weight == 2


def test_a_rule_that_nobody_wrote_is_refused() -> None:
    page = reverse("admin:sourcing_sourcingrule_add")
    answer = signed_in("root").post(page, {"rule": "moon", "order": 1, "weight": 1})
    assert (answer.status_code, SourcingRule.objects.count()) == (200, 0)
