"""Shops are told once of what will not come, and the ERP's order gets smaller once; by every vendor alike."""

from collections.abc import Callable
from typing import Any

import pytest

from system_apis.commerce.vendors.sandbox.adapter import SandboxCommerce
from system_apis.commerce.vendors.shopify.adapter import ShopifyCommerce
from system_apis.erp.vendors.sandbox.adapter import SandboxErp
from system_apis.errors import Refused
from tests.contract import examples
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryWrite, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
WISH: dict[str, Any] = {
    "lines": [{"sku": "BOOT-42", "quantity": 3, "price": "20.00"}, {"sku": "SOCK-1", "quantity": 1, "price": "5"}],
    "address": {"country_code": "DE", "city": "Berlin", "zip": "10117"},
}
VENDORS: dict[str, Callable[..., Any]] = {"sandbox": SandboxCommerce.over, "shopify": ShopifyCommerce.over}


@pytest.fixture(params=["sandbox part", "sandbox whole", "shopify part", "shopify whole", "erp part"])
def write(request: pytest.FixtureRequest, connected: Connect, sandbox: SandboxProcess) -> Call:
    vendor, how = request.param.split()
    if vendor == "erp":
        order = examples.an_order()
        made = SandboxErp.over(connected("erp")).create_sales_order(order, key=a_key())
        fewer = {order.lines[0].line_id: 0}
        return Call(
            kind="erp", operation="reduce_sales_order", port=SandboxErp.over, connection=connected("erp"),
            storms=False, act=lambda port, key: port.reduce_sales_order(made, fewer, key=key),
        )  # fmt: skip
    placed = sandbox.place_order(**WISH)
    units = {str(line["id"]): line["quantity"] for line in placed["line_items"]}
    if how == "part":
        units = {str(placed["line_items"][0]["id"]): 1}
    return Call(
        kind="commerce", operation="cancel", port=VENDORS[vendor], connection=connected("commerce"), storms=False,
        logged_as=f"cancel-{placed['id']}" if request.param == "shopify whole" else "",
        act=lambda port, key: port.tell_cancelled(
            str(placed["id"]), units, whole=how == "whole", reason="customer", key=key
        ),
    )  # fmt: skip


class TestEveryWrite(EveryWrite):
    pass


@pytest.fixture(params=sorted(VENDORS))
def shop(request: pytest.FixtureRequest, connected: Connect) -> Any:
    return VENDORS[request.param](connected("commerce"))


def first(order: dict[str, Any]) -> str:
    return str(order["line_items"][0]["id"])


def test_units_that_have_left_cannot_be_taken_off(shop: Any, sandbox: SandboxProcess) -> None:
    order = sandbox.place_order(**WISH)
    parcel = examples.a_shipment(order_number=order["name"], line_id=first(order), units=2)
    shop.tell_shipped(str(order["id"]), parcel, key=a_key())

    with pytest.raises(Refused):
        shop.tell_cancelled(str(order["id"]), {first(order): 2}, whole=False, reason="customer", key=a_key())


def test_what_is_taken_off_need_not_be_shipped(shop: Any, sandbox: SandboxProcess) -> None:
    order = sandbox.place_order(**WISH)
    shop.tell_cancelled(str(order["id"]), {first(order): 2}, whole=False, reason="customer", key=a_key())
    parcel = examples.a_shipment(order_number=order["name"], line_id=first(order), units=2)

    with pytest.raises(Refused):
        shop.tell_shipped(str(order["id"]), parcel, key=a_key())


def test_an_order_the_shop_never_had_cannot_be_cancelled(shop: Any) -> None:
    with pytest.raises(Refused):
        shop.tell_cancelled("1", {"7": 1}, whole=False, reason="customer", key=a_key())


@pytest.mark.parametrize(("status", "back"), [("paid", "20.00"), ("authorized", "0")])
def test_shopify_pays_back_what_it_took_and_no_more(
    connected: Connect, sandbox: SandboxProcess, status: str, back: str
) -> None:
    order = sandbox.place_order(**WISH, financial_status=status)
    shop = ShopifyCommerce.over(connected("commerce"))

    shop.tell_cancelled(str(order["id"]), {first(order): 1}, whole=False, reason="customer", key=a_key())

    assert [effect["amount"] for effect in sandbox.effects(operation="cancel")] == [back]


def test_shopify_does_not_cancel_an_order_of_which_something_has_left(
    connected: Connect, sandbox: SandboxProcess
) -> None:
    order, shop = sandbox.place_order(**WISH), ShopifyCommerce.over(connected("commerce"))
    shop.tell_shipped(
        str(order["id"]), examples.a_shipment(order_number=order["name"], line_id=first(order)), key=a_key()
    )

    with pytest.raises(Refused, match="fulfillments"):
        shop.tell_cancelled(str(order["id"]), {}, whole=True, reason="customer", key=a_key())


def test_shopify_cancelled_by_somebody_else_is_what_we_wanted(connected: Connect, sandbox: SandboxProcess) -> None:
    order, shop, key = sandbox.place_order(**WISH), ShopifyCommerce.over(connected("commerce")), a_key()
    shop.tell_cancelled(str(order["id"]), {}, whole=True, reason="customer", key=a_key())

    shop.tell_cancelled(str(order["id"]), {}, whole=True, reason="customer", key=again(key))

    assert len(sandbox.effects(operation="cancel")) == 1
