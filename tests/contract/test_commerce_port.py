"""Every web shop behind its port: orders read as they were agreed, parcels told of once."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from canonical.order import TenderState
from system_apis.commerce.vendors.sandbox.adapter import SandboxCommerce
from system_apis.errors import ContractBroken, Refused
from tests.contract.conftest import Connect
from tests.contract.examples import a_shipment, eur
from tests.contract.suite import Call, EveryWrite, a_key, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
BERLIN = {"country_code": "DE", "city": "Berlin", "zip": "10117"}
WISH: dict[str, Any] = {
    "lines": [
        {"sku": "BOOT-42", "quantity": 60, "price": "19.99", "discount": "1.00"},
        {"sku": "SOCK-1", "quantity": 1, "price": "5"},
    ],
    "shipping": "4.90",
    "address": BERLIN,
}


@pytest.fixture
def port(connected: Connect) -> SandboxCommerce:
    return SandboxCommerce.over(connected("commerce"))


@pytest.fixture
def write(connected: Connect, sandbox: SandboxProcess) -> Call:
    order = sandbox.place_order(**WISH)
    parcel = a_shipment(order_number=order["name"], line_id=str(order["line_items"][0]["id"]))
    shop: Callable[..., Call] = partial(Call, kind="commerce", port=SandboxCommerce.over)
    return shop(
        connection=connected("commerce"),
        operation="fulfil",
        act=lambda port, key: port.tell_shipped(str(order["id"]), parcel, key=key),
    )


class TestEveryWrite(EveryWrite):
    pass


def test_more_units_than_were_bought_are_refused(port: SandboxCommerce, sandbox: SandboxProcess) -> None:
    order = sandbox.place_order(**WISH)
    parcel = a_shipment(order_number=order["name"], line_id=str(order["line_items"][1]["id"]), units=2)

    with pytest.raises(Refused):
        port.tell_shipped(str(order["id"]), parcel, key=a_key())


def test_an_unknown_order_is_refused(port: SandboxCommerce) -> None:
    with pytest.raises(Refused):
        port.tell_shipped("1", a_shipment(order_number="W-1", line_id="1"), key=a_key())


def test_an_order_reads_as_it_was_agreed(port: SandboxCommerce, sandbox: SandboxProcess) -> None:
    order = port.read_order(json.dumps(sandbox.place_order(**WISH)).encode(), channel="web")

    assert (order.total, order.shipping, order.lines[0].discount) == (eur(120830), eur(490), eur(100))
    assert (order.tenders[0].state, order.tenders[0].reference) == (TenderState.TOKEN, "tok_visa")


def test_tax_on_top_of_the_prices_is_part_of_the_total(port: SandboxCommerce, sandbox: SandboxProcess) -> None:
    wish = {**WISH, "currency": "USD", "taxes_included": False}
    placed = sandbox.place_order(**{**wish, "address": {"country_code": "US", "province_code": "WA"}})

    order = port.read_order(json.dumps(placed).encode(), channel="web")

    assert order.total.minor == 120830 + 7790 + 33 + 32  # 6.5 % of 1,198.40, of 5.00 and of 4.90, each rounded
    assert sum(line.tax.minor for line in order.lines if line.tax) + (order.shipping_tax or eur(0)).minor == 7855


@pytest.mark.parametrize("currency", ["EUR", "JPY", "GBP"])
def test_an_order_in_any_currency_adds_up(port: SandboxCommerce, sandbox: SandboxProcess, currency: str) -> None:
    wish = {"lines": [{"sku": "BOOT-42", "quantity": 3, "price": "700"}], "address": BERLIN, "currency": currency}

    order = port.read_order(json.dumps(sandbox.place_order(**wish)).encode(), channel="web")

    assert order.total == order.lines[0].unit_price * 3


def test_a_paid_order_has_its_money_taken(port: SandboxCommerce, sandbox: SandboxProcess) -> None:
    placed = sandbox.place_order(**WISH, financial_status="paid")

    assert port.read_order(json.dumps(placed).encode(), channel="web").tenders[0].state == TenderState.CAPTURED


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"currency": "EURO"}, "currency"),
        ({"currency": None}, "currency"),
        ({"total_price": "1.00"}, "add up"),
        ({"total_price": 48.88}, "total_price"),
        ({"total_price": "NaN"}, "amount"),
        ({"total_price": "1e3"}, "amount"),
        ({"created_at": "2026-03-01T09:30:00"}, "zone"),
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": {"country_code": "Germany"}}, "country"),
        ({"line_items": []}, "lines"),
        ({"name": ""}, "number"),
        ({"taxes_included": "yes"}, "taxes_included"),
    ],
)
def test_an_order_with_a_wrong_field_is_a_broken_contract_that_names_it(
    port: SandboxCommerce, sandbox: SandboxProcess, change: dict[str, Any], named: str
) -> None:
    order = {**sandbox.place_order(**WISH), **change}

    with pytest.raises(ContractBroken, match=named):
        port.read_order(json.dumps(order).encode(), channel="web")


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"id": NaN}'])
def test_what_is_no_order_at_all_is_a_broken_contract(port: SandboxCommerce, raw: bytes) -> None:
    with pytest.raises(ContractBroken):
        port.read_order(raw, channel="web")
