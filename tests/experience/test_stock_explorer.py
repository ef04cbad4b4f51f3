"""Somebody looks at a sku over time, why it is so, and says how far promises may go."""

import json
from datetime import timedelta

import pytest

from process_apis.stock import services
from process_apis.stock.models import StockPosition
from process_apis.stock.moving import transfers
from retail_platform.kernel import clock
from tests.experience.desk import signed_in
from tests.factories import NOON, a_catalog, on_hand

pytestmark = pytest.mark.django_db
PAGE = "/admin/stock/stockposition/explore/BOOT-42/"


@pytest.fixture(autouse=True)
def goods() -> None:
    a_catalog()
    on_hand({"BOOT-42": 10})
    services.reserve(order_number="W-1", demands=[services.Demand("1", "BOOT-42", "WH-1", 3)])


def test_a_sku_shows_its_line_over_time_and_its_formula() -> None:
    page = signed_in("root").get(f"{PAGE}?days=365").content.decode()
    assert "WH-1 on hand (7 free now)" in page
    assert "max(10 on hand" in page


def test_the_chart_shows_what_was_free_and_promised_too() -> None:
    page = signed_in("root").get(PAGE).content.decode()
    assert ("WH-1 free" in page, "WH-1 promised" in page) == (True, True)


def test_of_a_sku_younger_than_the_span_its_life_fills_the_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=2))
    page = signed_in("root").get(f"{PAGE}?days=365")
    assert [json.loads(page.context["chart"]["data"])["datasets"][0]["data"][place] for place in (0, 12)] == [0, 10]


def test_one_node_is_looked_at_alone() -> None:
    on_hand({"BOOT-42": 2}, node="STORE-001")
    page = signed_in("root").get(f"{PAGE}?node=STORE-001").content.decode()
    assert ("STORE-001 on hand" in page, "WH-1 on hand" in page) == (True, False)


def test_the_list_of_positions_leads_there() -> None:
    assert PAGE in signed_in("root").get("/admin/stock/stockposition/").content.decode()


def test_a_sku_nobody_ever_had_is_not_found() -> None:
    assert signed_in("root").get("/admin/stock/stockposition/explore/NONE/").status_code == 404


def test_the_limit_of_promises_is_set_there() -> None:
    signed_in("root").post(PAGE, {"node": "WH-1", "units": 5, "reason": "more comes on Monday"})
    assert StockPosition.objects.get().backorder_limit == 5


def test_who_may_only_look_sets_nothing() -> None:
    answer = signed_in("desk", group="service-desk").post(PAGE, {"node": "WH-1", "units": 5, "reason": "x"})
    assert (answer.status_code, StockPosition.objects.get().backorder_limit) == (403, 0)


def test_a_transfer_is_closed_from_its_page() -> None:
    transfers.plan(reference="TR-1", from_node="WH-1", to_node="STORE-001", units={"BOOT-42": 2})
    moved = transfers.ship("TR-1", at=NOON)
    browser = signed_in("root")
    assert "Nothing more will come" in browser.get(f"/admin/stock/transfer/{moved.pk}/change/").content.decode()
    browser.post(f"/admin/stock/transfer/{moved.pk}/act/close/", {"reason": "lost"})
    assert transfers.transfer("TR-1").state == "closed"
