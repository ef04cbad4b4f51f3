"""Shopify's orders as ours: the arithmetic, the oddities, and what a person is told when one cannot be read."""

import copy
import json
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from canonical.money import Money
from canonical.order import Order, TenderState
from system_apis.commerce.vendors.shopify import mapping
from system_apis.errors import ContractBroken
from system_apis.transport.answer import read_json

# Two pairs of boots with a line and an order discount, one scarf, delivery, 19 % on top.
ORDER: dict[str, Any] = {
    "id": 9001,
    "name": "#1001",
    "currency": "EUR",
    "presentment_currency": "USD",
    "created_at": "2026-03-01T09:30:00+01:00",
    "processed_at": "2026-03-01T09:29:58+01:00",
    "updated_at": "2026-03-01T09:31:00+01:00",
    "email": "ada@example.com",
    "financial_status": "paid",
    "payment_gateway_names": ["shopify_payments"],
    "taxes_included": False,
    "total_price": "238.00",
    "total_tip_received": "0.00",
    "cancelled_at": None,
    "line_items": [
        {
            "id": 11,
            "variant_id": 111,
            "sku": "BOOT-42",
            "title": "Boots",
            "quantity": 2,
            "current_quantity": 2,
            "price": "100.00",
            "price_set": {"presentment_money": {"amount": "109.00", "currency_code": "USD"}},
            "discount_allocations": [{"amount": "15.00"}, {"amount": "5.00"}],
            "tax_lines": [{"price": "30.00"}, {"price": "4.20"}],
        },
        {
            "id": 12,
            "variant_id": 112,
            "sku": "SCARF-1",
            "title": "Scarf",
            "quantity": 1,
            "current_quantity": 1,
            "price": "15.00",
            "discount_allocations": [],
            "tax_lines": [{"price": "2.85"}],
        },
    ],
    "shipping_lines": [
        {"price": "7.00", "discount_allocations": [{"amount": "2.00"}], "tax_lines": [{"price": "0.95"}]},
        {"price": "9.99", "is_removed": True, "tax_lines": []},
    ],
    "customer": {"id": 77, "first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
    "shipping_address": {
        "name": "Ada Byron",
        "address1": "Ring 1",
        "address2": None,
        "city": "Berlin",
        "zip": "10115",
        "province": None,
        "country_code": "DE",
    },
    "billing_address": {"country_code": "AT"},
}
LINKS = {"111": "LINKED-111"}


def skus_of(variants: Collection[str]) -> Mapping[str, str]:
    return {variant: LINKS[variant] for variant in variants if variant in LINKS}


def read(**changes: Any) -> Order:
    return mapping.to_order(changed(**changes), channel="web", skus_of=skus_of)


def changed(**changes: Any) -> dict[str, Any]:
    """The order with fields replaced; `line` changes fields of its first line."""
    order = copy.deepcopy(ORDER)
    order["line_items"][0].update(changes.pop("line", {}))
    return {**order, **changes}


def told(**changes: Any) -> str:
    with pytest.raises(ContractBroken) as refused:
        read(**changes)
    return str(refused.value)


def euro(text: str) -> Money:
    return Money.of(text, "EUR")


def test_amounts_are_in_the_shops_currency_and_add_up() -> None:
    order = read()
    assert order.total == euro("238.00")
    assert order.lines[0].unit_price == euro("100.00")


def test_a_lines_discount_is_the_sum_of_its_allocations() -> None:
    assert read().lines[0].discount == euro("20.00")


def test_a_lines_promotion_is_the_one_that_all_of_its_discount_is_of() -> None:
    named = [{"type": "discount_code", "code": "SAVE20"}, {"type": "automatic", "title": "Winter"}]
    of = [
        read(discount_applications=named, line={"discount_allocations": shares}).lines[0].promotion
        for shares in (
            [{"amount": "20.00", "discount_application_index": 0}],
            [{"amount": "20.00", "discount_application_index": 1}],
            [{"amount": "15.00", "discount_application_index": 0}, {"amount": "5.00", "discount_application_index": 1}],
            [{"amount": "20.00"}],
            [{"amount": "20.00", "discount_application_index": 7}],
        )
    ]
    assert of == ["SAVE20", "Winter", "", "", ""]


def test_a_lines_tax_is_the_sum_of_its_tax_lines() -> None:
    assert read().lines[0].tax == euro("34.20")


def test_delivery_is_what_is_left_after_its_discount_and_removed_lines_do_not_count() -> None:
    order = read()
    assert (order.shipping, order.shipping_tax) == (euro("5.00"), euro("0.95"))


def test_prices_that_contain_tax_are_not_taxed_again() -> None:
    assert read(taxes_included=True, total_price="200.00").total == euro("200.00")


def test_who_bought_and_where_it_goes() -> None:
    order = read()
    assert (order.customer.name, order.customer.email, order.customer.reference) == (
        "Ada Byron",
        "ada@example.com",
        "77",
    )
    assert (order.ship_to.country, order.ship_to.postcode) == ("DE", "10115")


def test_without_a_delivery_address_the_bill_says_the_country() -> None:
    assert read(shipping_address=None).ship_to.country == "AT"


def test_without_any_country_a_person_is_told_where_to_enter_it() -> None:
    assert "set the address on the order in Shopify" in told(shipping_address=None, billing_address=None)


@pytest.mark.parametrize("sku", ["", None, "two words", "-x", "x" * 65])
def test_a_line_without_a_usable_sku_is_crossed_by_its_variant(sku: str | None) -> None:
    assert read(line={"sku": sku}).lines[0].sku == "LINKED-111"


def test_every_line_without_a_sku_is_named_with_what_to_do() -> None:
    order = changed()
    for line in order["line_items"]:
        line.update(sku="", variant_id=line["variant_id"] + 1000)
    with pytest.raises(ContractBroken) as refused:
        mapping.to_order(order, channel="web", skus_of=skus_of)
    for part in (
        "line 11 (Boots)",
        "link variant 1111",
        "line 12 (Scarf)",
        "link variant 1112",
        "set the sku in Shopify",
    ):
        assert part in str(refused.value)


def test_a_line_of_no_variant_at_all_can_only_be_mended_in_the_shop() -> None:
    assert "no variant: give it a variant" in told(line={"sku": "", "variant_id": None})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("paid", TenderState.CAPTURED),
        ("partially_refunded", TenderState.CAPTURED),
        ("authorized", TenderState.AUTHORIZED),
        ("pending", TenderState.PENDING),
    ],
)
def test_the_financial_status_says_how_far_the_money_is(status: str, state: TenderState) -> None:
    (tender,) = read(financial_status=status).tenders
    assert (tender.state, tender.kind, tender.amount) == (state, "card", euro("238.00"))


def test_a_partly_paid_order_owes_the_rest() -> None:
    taken, owed = read(financial_status="partially_paid", total_outstanding="38.00").tenders
    assert (taken.state, taken.amount) == (TenderState.CAPTURED, euro("200.00"))
    assert (owed.state, owed.amount) == (TenderState.PENDING, euro("38.00"))


@pytest.mark.parametrize("status", ["voided", "refunded", "expired", None, "blue"])
def test_money_that_nobody_owes_is_told_to_a_person(status: str | None) -> None:
    assert "financial_status" in told(financial_status=status)


@pytest.mark.parametrize(
    ("gateway", "kind"), [("gift_card", "gift_card"), ("manual", "manual"), ("PayPal", "paypal"), ("bogus", "card")]
)
def test_the_gateway_says_the_kind_of_tender(gateway: str, kind: str) -> None:
    assert read(payment_gateway_names=[gateway]).tenders[0].kind == kind


def test_a_gift_card_beside_a_card_needs_the_amounts_of_each() -> None:
    assert "does not say how much" in told(payment_gateway_names=["gift_card", "shopify_payments"])


def test_listed_transactions_give_the_amounts_of_each() -> None:
    transactions = [
        {"id": 1, "kind": "sale", "status": "success", "gateway": "gift_card", "amount": "38.00"},
        {"id": 2, "kind": "sale", "status": "failure", "gateway": "shopify_payments", "amount": "200.00"},
        {"id": 3, "kind": "sale", "status": "success", "gateway": "shopify_payments", "amount": "200.00"},
    ]
    tenders = read(payment_gateway_names=["gift_card", "shopify_payments"], transactions=transactions).tenders
    assert [(tender.kind, tender.amount.text) for tender in tenders] == [("gift_card", "38.00"), ("card", "200.00")]


def test_a_removed_line_is_left_out_and_the_current_total_counts() -> None:
    order = read(line={"current_quantity": 0}, current_total_price="23.80")
    assert [line.sku for line in order.lines] == ["SCARF-1"]
    assert order.total == euro("23.80")


def test_a_shortened_line_keeps_its_share_of_discount_and_tax() -> None:
    line = read(line={"current_quantity": 1}, current_total_price="130.90").lines[0]
    assert (line.quantity, line.discount, line.tax) == (1, euro("10.00"), euro("17.10"))


def test_an_order_with_nothing_left_is_told() -> None:
    assert "nothing to send" in told(line_items=[])


@pytest.mark.parametrize(
    ("field", "amount"),
    [
        ("total_tip_received", "3.00"),
        ("original_total_duties_set", {"shop_money": {"amount": "3.00"}}),
        ("original_total_additional_fees_set", {"shop_money": {"amount": "3.00"}}),
    ],
)
def test_money_without_an_account_is_told(field: str, amount: Any) -> None:
    assert f"{field}:" in told(**{field: amount})


def test_a_cancelled_order_is_told() -> None:
    assert "cancelled" in told(cancelled_at="2026-03-01T10:00:00Z")


def test_a_total_that_does_not_add_up_is_told_with_both_figures() -> None:
    message = told(total_price="240.00")
    assert "238.00" in message
    assert "240.00" in message


@pytest.mark.parametrize("price", ["abc", "1e2", "NaN", "1.005", "", None, True, {}, [], "1_000"])
def test_a_price_that_is_none_is_told_with_its_line(price: Any) -> None:
    assert "price of line 11 (Boots)" in told(line={"price": price})


def test_prices_as_json_numbers_are_read_exactly() -> None:
    raw = json.dumps(ORDER).replace('"238.00"', "238.00").replace('"100.00"', "100.0").encode()
    assert mapping.to_order(read_json(raw), channel="web", skus_of=skus_of).total == euro("238.00")


def test_an_order_in_yen_has_no_decimals() -> None:
    line = {"price": "1000", "discount_allocations": [], "tax_lines": []}
    order = changed(currency="JPY", total_price="2000", shipping_lines=[], line=line)
    order["line_items"] = order["line_items"][:1]
    assert mapping.to_order(order, channel="web", skus_of=skus_of).total == Money(minor=2000, currency="JPY")


@pytest.mark.parametrize(
    "field", ["currency", "total_price", "taxes_included", "financial_status", "line_items", "shipping_address"]
)
def test_a_missing_field_is_named(field: str) -> None:
    order = changed(billing_address=None)
    del order[field]
    with pytest.raises(ContractBroken, match=field):
        mapping.to_order(order, channel="web", skus_of=skus_of)


def test_all_that_is_wrong_is_told_at_once() -> None:
    message = told(currency="QQQ", financial_status="voided", taxes_included=None, created_at="x", processed_at=None)
    for field in ("currency", "financial_status", "taxes_included", "created_at"):
        assert field in message


@pytest.mark.parametrize("document", [None, [], "x", 1, True, {}, {"order": []}, [{"line_items": []}]])
def test_a_document_that_is_no_order_is_told(document: Any) -> None:
    with pytest.raises(ContractBroken, match="no Shopify order"):
        mapping.to_order(document, channel="web", skus_of=skus_of)


JUNK: list[Any] = [None, True, -1, 10**30, "", "x" * 5000, "\x00", [], {}, [None], {"a": 1}, [[]]]


@pytest.mark.parametrize("field", sorted(ORDER))
def test_junk_in_any_field_is_an_order_or_a_clear_no(field: str) -> None:
    for junk in JUNK:
        try:
            mapping.to_order(changed(**{field: junk}), channel="web", skus_of=skus_of)
        except ContractBroken as refused:
            assert "Shopify order" in str(refused)  # noqa: PT017 - either way out is right


@pytest.mark.parametrize("field", sorted(ORDER["line_items"][0]))
def test_junk_in_any_field_of_a_line_is_an_order_or_a_clear_no(field: str) -> None:
    for junk in JUNK:
        try:
            mapping.to_order(changed(line={field: junk}), channel="web", skus_of=skus_of)
        except ContractBroken as refused:
            assert "Shopify order" in str(refused)  # noqa: PT017 - either way out is right
