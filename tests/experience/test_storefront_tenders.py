"""A shopper may pay with several means; what does not fit is named by the field to correct."""

from typing import Any

import pytest

from process_apis.catalog.models import Product, TenderKind
from process_apis.orders.models import Order, Payment
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount
from tests.callers import Caller, problem
from tests.experience.shopping import ORDERS, a_basket, a_shop
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db
CARD = {"kind": "card", "token": "tok_visa"}
GIFT_CARD = {"kind": "gift_card", "number": "6006 0001", "pin": "4711"}


@pytest.fixture
def shop() -> Caller:
    """A shop that sells boots at 119.00, and a gift card with 50.00 on it."""
    a_catalog(skus=["BOOT-42"])
    account = stored_value.open_account(kind="gift_card", number="60060001", pin="4711", currency="EUR")
    stored_value.load(account, minor=5000, key="issue:1")
    return a_shop()


def paid_with(*payments: dict[str, Any]) -> dict[str, Any]:
    body = a_basket(payments=list(payments))
    del body["payment"]
    return body


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def test_the_card_pays_what_the_gift_card_leaves(shop: Caller) -> None:
    assert shop.post(ORDERS, paid_with({**GIFT_CARD, "amount": eur("20.00")}, CARD)).status_code == 202
    assert list(Payment.objects.order_by("position").values_list("kind", "amount_minor")) == [
        ("gift_card", 2000), ("card", 21800),
    ]  # fmt: skip


def test_a_gift_card_without_an_amount_gives_all_it_has(shop: Caller) -> None:
    shop.post(ORDERS, paid_with(GIFT_CARD, CARD))
    assert list(Payment.objects.order_by("position").values_list("amount_minor", flat=True)) == [5000, 18800]


def test_the_number_of_a_gift_card_is_not_kept_with_the_order(shop: Caller) -> None:
    shop.post(ORDERS, paid_with(GIFT_CARD, CARD))
    assert Payment.objects.get(kind="gift_card").reference == f"value:{ValueAccount.objects.get().id}"


def test_an_order_that_costs_nothing_needs_no_payment(shop: Caller) -> None:
    a_catalog(skus=["FREE-1"])
    Product.objects.filter(sku="FREE-1").update(price_minor=0)
    body = a_basket(lines=[{"sku": "FREE-1", "quantity": 1}])
    del body["payment"]
    assert (shop.post(ORDERS, body).status_code, Payment.objects.count()) == (202, 0)


@pytest.mark.parametrize(
    ("payments", "pointer"),
    [
        ([], "/payments"),
        ([{**CARD, "amount": eur("10.00")}], "/payments/0/amount"),
        ([{**CARD, "amount": eur("200.00")}, {**CARD, "amount": eur("38.01")}], "/payments/1/amount"),
        ([{**CARD, "amount": {"amount": "238.00", "currency": "USD"}}], "/payments/0/amount/currency"),
        ([{"kind": "card"}], "/payments/0/token"),
        ([CARD, {"kind": "beads"}], "/payments/1/kind"),
        ([{"kind": "invoice_terms"}], "/payments/0/kind"),
        ([{**GIFT_CARD, "pin": "0000"}, CARD], "/payments/0/number"),
        ([{**GIFT_CARD, "number": "60060002"}, CARD], "/payments/0/number"),
        ([{**GIFT_CARD, "amount": eur("50.01")}, CARD], "/payments/0/amount"),
        ([GIFT_CARD], "/payments/0/amount"),
    ],
)
def test_what_does_not_pay_for_the_order_is_named(shop: Caller, payments: list[dict[str, Any]], pointer: str) -> None:
    body = paid_with(*payments)
    if not payments:
        del body["payments"]
    told = shop.post(ORDERS, body)
    assert (told.status_code, [error["pointer"] for error in problem(told)["errors"]]) == (422, [pointer])
    assert Order.objects.count() == 0


def test_a_kind_that_finance_switched_off_is_not_taken(shop: Caller) -> None:
    TenderKind.objects.filter(code="gift_card").update(active=False)
    assert shop.post(ORDERS, paid_with(GIFT_CARD, CARD)).status_code == 422


def test_payment_and_payments_together_are_refused(shop: Caller) -> None:
    told = shop.post(ORDERS, a_basket(payments=[CARD]))
    assert [error["pointer"] for error in problem(told)["errors"]] == ["/payment"]
