"""Policies as people meet them: seen before they are made, effective in what shoppers see, explained to engineers."""

from typing import Any

import pytest
from django.urls import reverse

from experience_apis.availability import projection
from experience_apis.availability.models import AvailabilityRow
from process_apis.catalog.models import BundlePart, Channel, Node
from process_apis.stock_policy import watch
from process_apis.stock_policy.models import Recalculation, StockPolicy
from retail_platform.kernel import clock
from tests.callers import Caller, a_key
from tests.experience.carrying import carry_facts
from tests.experience.desk import signed_in
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
ADD = "admin:stock_policy_stockpolicy_add"


@pytest.fixture(autouse=True)
def _goods() -> None:
    a_catalog(skus=["BOOT-42", "LACE", "KIT"])
    Channel.objects.create(code="shop", name="Shop", currency="EUR")
    on_hand({"BOOT-42": 10, "LACE": 10})
    carry_facts()


def a_form(**changes: Any) -> dict[str, Any]:
    return {"kind": "share", "value": 50, "channel": "shop", "reason": "half for the shop", **changes}


def shown(sku: str = "BOOT-42") -> dict[str, int]:
    return dict(AvailabilityRow.objects.filter(sku=sku).values_list("channel", "available"))


def look(browser: Any, **changes: Any) -> Any:
    return browser.post(reverse(ADD), a_form(**changes))


def make(browser: Any, **changes: Any) -> Any:
    """Look, then put in force what was looked at."""
    return browser.post(reverse(ADD), {**a_form(**changes), "make": look(browser, **changes).context["seen_as"]})


def carried() -> None:
    while watch.tell_more():
        pass
    carry_facts()


def test_looking_shows_each_figure_before_and_after() -> None:
    answer = look(signed_in("ada"))
    changes = [(each.sku, each.channel, each.before, each.after) for each in answer.context["seen"].changes]
    assert changes == [("BOOT-42", "shop", 10, 5), ("KIT", "shop", 0, 0), ("LACE", "shop", 10, 5)]


def test_looking_makes_nothing() -> None:
    look(signed_in("ada"))
    assert not StockPolicy.objects.exists()


def test_what_was_looked_at_is_put_in_force_under_the_persons_name() -> None:
    make(signed_in("ada"))
    policy = StockPolicy.objects.get()
    assert (policy.kind, policy.value, policy.channel, policy.made_by) == ("share", 50, "shop", "ada")


def test_what_was_changed_after_the_look_has_to_be_looked_at_again() -> None:
    browser = signed_in("ada")
    seen_as = look(browser).context["seen_as"]
    browser.post(reverse(ADD), {**a_form(value=10), "make": seen_as})
    assert not StockPolicy.objects.exists()


def test_a_policy_that_cannot_be_says_why_beside_the_field() -> None:
    answer = look(signed_in("ada"), value=101)
    assert answer.context["form"].errors == {"value": ["At most 100."]}


def test_more_skus_than_a_page_holds_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("process_apis.stock_policy.preview.SHOWN_AT_MOST", 1)
    assert "2 more skus may be touched" in look(signed_in("ada")).content.decode()


def test_who_only_looks_at_goods_makes_no_policy() -> None:
    assert signed_in("sam", group="service-desk").get(reverse(ADD)).status_code == 403


def test_ending_a_policy_keeps_its_record() -> None:
    browser = signed_in("ada")
    make(browser)
    policy = StockPolicy.objects.get()
    browser.post(reverse("admin:stock_policy_stockpolicy_close", args=[policy.pk]), {"reason": "over"})
    policy.refresh_from_db()
    assert (policy.closed_by, policy.effective_until is not None) == ("ada", True)


def test_the_page_of_a_policy_shows_what_ending_it_would_change() -> None:
    browser = signed_in("ada")
    make(browser)
    page = browser.get(reverse("admin:stock_policy_stockpolicy_change", args=[StockPolicy.objects.get().pk]))
    assert "Without it" in page.content.decode()


def test_a_policy_made_is_shown_in_its_channel_only() -> None:
    make(signed_in("ada"))
    carried()
    assert shown() == {"web": 10, "shop": 5}


def test_a_policy_ended_is_not_shown_any_more() -> None:
    browser = signed_in("ada")
    make(browser)
    carried()
    address = reverse("admin:stock_policy_stockpolicy_close", args=[StockPolicy.objects.get().pk])
    browser.post(address, {"reason": "over"})
    carried()
    assert shown() == {"web": 10, "shop": 10}


def test_a_store_that_goes_offline_is_not_sold_from_any_more() -> None:
    watch.look(now=clock.now())
    Recalculation.objects.all().delete()
    Node.objects.filter(code="WH-1").update(online=False)
    watch.look(now=clock.now())
    carried()
    assert shown()["web"] == 0


def test_a_bundle_is_shown_anew_when_a_part_changes() -> None:
    BundlePart.objects.create(bundle="KIT", part="LACE", units=3)
    on_hand({"LACE": 2}, node="STORE-001")
    carry_facts()
    assert shown("KIT")["web"] == 4


def test_where_it_can_be_collected_today_is_shown() -> None:
    Node.objects.filter(code="STORE-001").update(offers_pickup=True, pickup_lead_min=0)
    on_hand({"BOOT-42": 2}, node="STORE-001")
    carry_facts()
    body = AvailabilityRow.objects.get(sku="BOOT-42", channel="web").body
    assert body.endswith('"pickup":["STORE-001"]}')


def test_a_node_shows_no_more_than_the_channel_may_sell() -> None:
    make(signed_in("ada"))
    carried()
    assert (
        '"code":"WH-1","name":"Warehouse","available":5'
        in AvailabilityRow.objects.get(sku="BOOT-42", channel="shop").body
    )


def test_the_terms_of_each_channel_are_explained() -> None:
    make(signed_in("ada"))
    answer = Caller(a_key(scopes=["process.read"])).get("/api/process/stock/v1/stock/BOOT-42/channels").json()
    shop = answer["channels"][0]
    assert (shop["channel"], shop["available"]) == ("shop", 5)
    assert shop["terms"] == [{"name": "all nodes", "units": 10}, {"name": "share of 50 %", "units": -5}]


def test_a_client_of_one_store_sees_that_store_only() -> None:
    key = a_key(scopes=["process.read"], stores=["STORE-001"])
    answer = Caller(key).get("/api/process/stock/v1/stock/BOOT-42/channels").json()
    assert answer["channels"][0]["nodes"] == []


def test_an_unknown_sku_is_not_found() -> None:
    answer = Caller(a_key(scopes=["process.read"])).get("/api/process/stock/v1/stock/NONE/channels")
    assert answer.status_code == 404


def test_channels_that_see_the_same_share_one_body() -> None:
    variants = projection.worked_out(projection.sold(["BOOT-42"]), channels=["shop", "web"], now=clock.now())
    assert [variant.channels for variant in variants] == [["shop", "web"]]
