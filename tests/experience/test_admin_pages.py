"""Every page of the admin opens, with data and without, and shows what it should and nothing it should not."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from process_apis.engine.models import ProcessRun
from process_apis.ledger.models import JournalEntry
from process_apis.orders.models import Order
from process_apis.returns.models import Dispute
from system_apis.connections.models import Connection
from system_apis.inbox.models import InboxMessage
from tests.experience.desk import SECRET, a_day, a_loose_case, a_parked_run, signed_in

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def _list(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _page(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_opens_with_nothing_in_it(model: type[Model]) -> None:
    assert signed_in("root").get(_list(model)).status_code == 200


def test_the_list_of_disputes_says_whose_they_are_and_why() -> None:
    a_day()
    page = signed_in("mia", group="finance").get(_list(Dispute)).content.decode()
    assert all(said in page for said in ("dp-W-1001", "Ada Winter", "119.00", "product_not_received"))


def test_the_page_of_a_dispute_shows_what_we_have_told_the_bank() -> None:
    a_day()
    page = signed_in("mia", group="finance").get(_page(Dispute.objects.get())).content.decode()
    assert "The customer has been refunded already." in page


def test_the_dashboard_opens_with_nothing_to_show() -> None:
    assert signed_in("root").get("/admin/").status_code == 200


def test_the_dashboard_counts_what_there_is() -> None:
    a_day()
    context = signed_in("root").get("/admin/").context
    figures = {card["title"]: card["figure"] for card in context["cards"]}
    assert (figures["Orders, last 24 h"], figures["Parked runs"], figures["Open cases"]) == (1, 1, 1)
    assert figures["Journal today"] == 1


def test_the_dashboard_takes_a_handful_of_queries() -> None:
    a_day()
    browser = signed_in("root")
    browser.get("/admin/")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/admin/")
    assert len(asked) <= 13


@pytest.mark.parametrize("model", [Order, ProcessRun, JournalEntry], ids=lambda model: model._meta.label)
def test_a_longer_list_asks_no_more_queries(model: type[Model]) -> None:
    browser = signed_in("root")
    a_day(number="W-1")
    browser.get(_list(model))
    with CaptureQueriesContext(connection) as few:
        browser.get(_list(model))
    for number in range(2, 8):
        a_day(number=f"W-{number}")
    with CaptureQueriesContext(connection) as many:
        browser.get(_list(model))
    assert len(many) <= len(few)


def test_an_order_shows_its_whole_story() -> None:
    day = a_day()
    page = signed_in("root").get(_page(day.order)).content.decode()
    for word in ("119.00 EUR", "SHP-W-1001", "SALE-W-1001", "WH-1", "quote_tax", "orders/create", "W-1001 is parked"):
        assert word in page, word


def test_an_order_is_found_by_its_number() -> None:
    day = a_day()
    page = signed_in("root").get(reverse("admin:orders_order_change", args=[day.order.number]))
    assert page.status_code == 200


def test_an_entry_leads_back_to_its_parcel_and_order() -> None:
    a_day()
    page = signed_in("root").get(_page(JournalEntry.objects.get())).content.decode()
    assert reverse("admin:orders_parcel_change", args=["SHP-W-1001"]) in page
    assert reverse("admin:orders_order_change", args=["W-1001"]) in page
    assert "1.00 EUR" in page


def test_the_trial_balance_adds_up() -> None:
    a_day()
    page = signed_in("root").get(reverse("admin:ledger_trial_balance")).content.decode()
    assert "Total balances" in page


def test_entries_can_be_listed_by_account() -> None:
    a_day()
    page = signed_in("root").get(f"{_list(JournalEntry)}?lines__account__code__exact=1200")
    assert "SALE-W-1001" in page.content.decode()


def test_a_payload_is_shown_escaped_and_as_it_was_written() -> None:
    a_day()
    page = signed_in("root").get(_page(InboxMessage.objects.get())).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "119.00" in page


def test_a_credential_shows_its_last_four_characters_at_most() -> None:
    a_day()
    page = signed_in("root").get(_page(Connection.objects.get())).content.decode()
    assert SECRET not in page
    assert f"…{SECRET[-4:]}" in page


def test_a_run_shows_its_steps_and_its_case() -> None:
    run = a_day().run
    page = signed_in("root").get(_page(run)).content.decode()
    for word in ("accept_order", "TX-1", "W-1001 is parked", "Take back", "&lt;b&gt;no field id"):
        assert word in page, word


def test_a_page_of_nothing_is_not_found_rather_than_an_error() -> None:
    a_parked_run(subject="W-1")
    browser = signed_in("root")
    assert browser.get("/admin/engine/processrun/no-such-run/change/", follow=True).status_code == 200
    assert browser.get("/admin/engine/processrun/no-such-run/act/resume/").status_code == 404


def test_a_case_opens_its_page() -> None:
    assert signed_in("root").get(_page(a_loose_case())).status_code == 200


ELSEWHERE = {"catalog.BundlePart", "stock.AuditDue", "stock_policy.Recalculation"}  # within another page, or machinery


def test_every_list_can_be_reached_from_the_menu() -> None:
    groups = signed_in("root").get("/admin/").context["sidebar_navigation"]
    items = [item for group in groups for item in group["items"]]
    leads_to = {str(item.get("link_callback") or item["link"]).split("?")[0] for item in items}
    assert {model._meta.label for model in MODELS if _list(model) not in leads_to} - ELSEWHERE == set()
