"""Who may do what in the admin: nobody edits what is protected, and each group sees its own and no more."""

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse

from process_apis.ledger.models import Account, JournalEntry, Period
from process_apis.orders.models import Order
from process_apis.stock_policy.models import StockPolicy
from retail_platform import staff
from retail_platform.kernel.admin import ReadOnlyAdmin
from tests.experience.desk import a_day, signed_in

pytestmark = pytest.mark.django_db
PROTECTED = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)),
    key=lambda model: model._meta.label,
)
ADDED_BY_A_SERVICE = [StockPolicy]  # the page asks a service, which may refuse


def _url(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def day() -> None:
    a_day()


@pytest.mark.parametrize("model", [m for m in PROTECTED if m not in ADDED_BY_A_SERVICE], ids=lambda m: m._meta.label)
def test_nobody_adds_what_is_protected(model: type[Model]) -> None:
    assert signed_in("root").post(_url(model, "add"), {}).status_code == 403


@pytest.mark.parametrize("model", ADDED_BY_A_SERVICE, ids=lambda m: m._meta.label)
def test_what_a_service_adds_needs_more_than_an_empty_form(model: type[Model]) -> None:
    signed_in("root").post(_url(model, "add"), {})
    assert not model._default_manager.exists()


@pytest.mark.parametrize("model", ADDED_BY_A_SERVICE, ids=lambda m: m._meta.label)
def test_only_who_may_adds_what_a_service_adds(model: type[Model]) -> None:
    assert signed_in("mia", group="finance").post(_url(model, "add"), {}).status_code == 403


def test_accounts_are_changed_but_not_deleted(day: None) -> None:
    browser, account = signed_in("mia", group="finance"), Account.objects.get(code="4000")
    changed = browser.post(_url(Account, "change", "4000"), {"name": "Goods", "role": account.role, "active": "on"})
    assert changed.status_code == 302
    assert Account.objects.get(code="4000").name == "Goods"
    assert browser.post(_url(Account, "delete", "4000"), {"post": "yes"}).status_code == 403


def test_finance_sees_the_money_of_an_order_but_not_its_runs(day: None) -> None:
    page = signed_in("mia", group="finance").get(_url(Order, "change", Order.objects.get().pk)).content.decode()
    assert "SALE-W-1001" in page
    assert "quote_tax" not in page


def test_the_dashboard_of_finance_has_its_own_figures_only(day: None) -> None:
    cards = signed_in("mia", group="finance").get("/admin/").context["cards"]
    assert {card["title"] for card in cards} == {
        "Orders, last 24 h",
        "Under way",
        "Cancelled",
        "Returns under way",
        "Journal today",
    }


def test_integration_sees_no_periods() -> None:
    assert signed_in("ivo", group="integration").get(_url(Period, "changelist")).status_code == 403


def test_integration_reads_the_journal() -> None:
    assert signed_in("ivo", group="integration").get(_url(JournalEntry, "changelist")).status_code == 200


@pytest.mark.parametrize("group", sorted(staff.GROUPS))
def test_every_group_has_a_dashboard(group: str, day: None) -> None:
    assert signed_in("ann", group=group).get("/admin/").status_code == 200


def test_a_stranger_is_asked_to_sign_in() -> None:
    answer = Browser().get(_url(Order, "changelist"))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_an_act_needs_the_token_of_its_own_page(day: None) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = signed_in("root").cookies
    case = a_day(number="W-2").case
    assert browser.post(_url(type(case), "resolve", case.pk), {"reason": "x"}).status_code == 403


def test_making_the_groups_again_changes_nothing() -> None:
    assert staff.make_groups() == staff.make_groups()


def test_demo_users_get_a_password_once() -> None:
    staff.make_groups()
    assert set(staff.make_demo_users()) == set(staff.DEMO_USERS)
    assert staff.make_demo_users() == {}


def test_a_demo_password_opens_the_admin() -> None:
    staff.make_groups()
    passwords = staff.make_demo_users()
    browser = Browser()
    assert browser.login(username="finance", password=passwords["finance"])
    assert browser.get("/admin/").status_code == 200


def test_the_command_prints_passwords_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_groups", "--demo-users", "--json")
    assert '"finance"' in capsys.readouterr().out
