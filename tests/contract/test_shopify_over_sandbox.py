"""Shopify behind the port of web shops, over the sandbox's GraphQL face: the same suite as for every other write."""

from typing import Any

import pytest

from system_apis.commerce.vendors.shopify.adapter import ShopifyCommerce
from system_apis.errors import Refused, Unavailable
from tests.contract.conftest import Connect
from tests.contract.examples import a_shipment
from tests.contract.suite import Call, EveryWrite, a_key, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
WISH: dict[str, Any] = {
    "lines": [{"sku": "BOOT-42", "quantity": 60, "price": "19.99"}],
    "address": {"country_code": "DE", "city": "Berlin", "zip": "10117"},
}
THROTTLED = '{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'


@pytest.fixture
def port(connected: Connect) -> ShopifyCommerce:
    return ShopifyCommerce.over(connected("commerce"))


@pytest.fixture
def order(sandbox: SandboxProcess) -> dict[str, Any]:
    return sandbox.place_order(**WISH)


@pytest.fixture
def write(connected: Connect, order: dict[str, Any]) -> Call:
    parcel = a_shipment(order_number=order["name"], line_id=str(order["line_items"][0]["id"]))
    return Call(
        kind="commerce",
        port=ShopifyCommerce.over,
        connection=connected("commerce"),
        operation="fulfil",
        act=lambda port, key: port.tell_shipped(str(order["id"]), parcel, key=key),
        storms=False,  # one parcel is told of once, under whatever key
        logged_as=parcel.tracking_number,
    )


class TestEveryWrite(EveryWrite):
    pass


def test_an_order_the_shop_never_had_is_refused(port: ShopifyCommerce) -> None:
    with pytest.raises(Refused, match="no order"):
        port.tell_shipped("1", a_shipment(order_number="#1", line_id="1"), key=a_key())


def test_an_adopted_order_can_be_fulfilled(port: ShopifyCommerce, sandbox: SandboxProcess) -> None:
    adopted = {"id": 77, "name": "#77", "line_items": [{"id": 7, "quantity": 2}]}
    sandbox.control("POST", "/commerce/adopt", adopted)

    port.tell_shipped("77", a_shipment(order_number="#77", line_id="7", units=2), key=a_key())

    assert [effect["subject"] for effect in sandbox.effects(operation="fulfil")] == ["#77"]


def test_an_adopted_order_is_not_counted_as_placed(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/commerce/adopt", {"id": 77, "name": "#77", "line_items": []})

    assert sandbox.control("GET", "/statement")["commerce"]["orders"] == 0


def test_more_units_than_were_bought_are_refused(port: ShopifyCommerce, order: dict[str, Any]) -> None:
    parcel = a_shipment(order_number=order["name"], line_id=str(order["line_items"][0]["id"]), units=61)

    with pytest.raises(Refused):
        port.tell_shipped(str(order["id"]), parcel, key=a_key())


def test_a_spent_cost_budget_is_waited_for(
    port: ShopifyCommerce, sandbox: SandboxProcess, order: dict[str, Any]
) -> None:
    sandbox.fault("commerce", "rate_limit", operation="fulfil", status=200, body=THROTTLED)
    parcel = a_shipment(order_number=order["name"], line_id=str(order["line_items"][0]["id"]))

    with pytest.raises(Unavailable):
        port.tell_shipped(str(order["id"]), parcel, key=a_key())
