"""One day at the desk, made once: every kind of record opens for whoever may see it; nobody edits what is protected."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from retail_platform import staff
from retail_platform.kernel.admin import ReadOnlyAdmin
from tests.experience.desk import a_caller, a_day, signed_in

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
PROTECTED = [model for model in MODELS if isinstance(admin.site._registry[model], ReadOnlyAdmin)]
OPEN_TO_FINANCE = {
    "orders.order", "orders.parcel", "ledger.journalentry", "ledger.account", "ledger.period", "returns.return",
    "returns.receipt", "returns.creditmemo", "returns.refund", "returns.returnpolicy", "returns.dispute",
    "returns.debitnote",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        staff.make_groups()
        a_day()
        a_caller()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def day(made: None, db: None) -> None:
    """For one test: what it changes there is gone afterwards."""


def _url(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_list_and_a_page_open_with_data(model: type[Model], day: None) -> None:
    browser = signed_in("root")
    assert browser.get(_url(model, "changelist")).status_code == 200
    for row in model._default_manager.all()[:1]:
        assert browser.get(_url(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize(
    "model", [m for m in PROTECTED if m._meta.label != "admin.LogEntry"], ids=lambda m: m._meta.label
)
@pytest.mark.parametrize("page", ["change", "delete"])
def test_nobody_edits_or_deletes_what_is_protected_not_even_a_superuser(
    model: type[Model], page: str, day: None
) -> None:
    row = model._default_manager.first()
    assert row is not None
    assert signed_in("root").post(_url(model, page, row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_finance_sees_the_ledger_the_orders_and_the_returns_and_nothing_else(model: type[Model], day: None) -> None:
    expected = 200 if model._meta.label_lower in OPEN_TO_FINANCE else 403
    assert signed_in("mia", group="finance").get(_url(model, "changelist")).status_code == expected
