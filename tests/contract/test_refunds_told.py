"""Shops are told once of what came back, and give back what they took; by every vendor alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from system_apis.commerce.vendors.sandbox.adapter import SandboxCommerce
from system_apis.commerce.vendors.shopify import cancelling, refunding
from system_apis.commerce.vendors.shopify.adapter import ShopifyCommerce
from system_apis.errors import Refused
from tests.contract import examples
from tests.contract.conftest import Connect
from tests.contract.examples import eur
from tests.contract.suite import Call, EveryWrite, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
CONTRACTS = Path(__file__).parents[2].parent / "shared" / "contracts"
WISH: dict[str, Any] = {
    "lines": [{"sku": "BOOT-42", "quantity": 3, "price": "20.00"}],
    "address": {"country_code": "DE", "city": "Berlin", "zip": "10117"},
    "financial_status": "paid",
}
VENDORS: dict[str, Callable[..., Any]] = {"sandbox": SandboxCommerce.over, "shopify": ShopifyCommerce.over}


@pytest.fixture(params=sorted(VENDORS))
def shop(request: pytest.FixtureRequest, connected: Connect) -> Any:
    return VENDORS[request.param](connected("commerce"))


def sent(shop: Any, sandbox: SandboxProcess, *, units: int = 3) -> tuple[str, str]:
    """An order of three whose units were sent: its id and that of its line."""
    order = sandbox.place_order(**WISH)
    order_id, line_id = str(order["id"]), str(order["line_items"][0]["id"])
    parcel = examples.a_shipment(order_number=order["name"], line_id=line_id, units=units)
    shop.tell_shipped(order_id, parcel, key=a_key())
    return order_id, line_id


@pytest.fixture(params=sorted(VENDORS))
def write(request: pytest.FixtureRequest, connected: Connect, sandbox: SandboxProcess) -> Call:
    connection = connected("commerce")
    order_id, line_id = sent(VENDORS[request.param](connection), sandbox)
    return Call(
        kind="commerce", operation="refund", port=VENDORS[request.param],
        connection=connection, storms=False,
        act=lambda port, key: port.tell_refunded(order_id, {line_id: 1}, by_shop=eur(2000), reason="return", key=key),
    )  # fmt: skip


class TestEveryWrite(EveryWrite):
    pass


def test_no_more_comes_back_than_was_sent(shop: Any, sandbox: SandboxProcess) -> None:
    order_id, line_id = sent(shop, sandbox, units=1)

    with pytest.raises(Refused):
        shop.tell_refunded(order_id, {line_id: 2}, by_shop=None, reason="return", key=a_key())


@pytest.mark.parametrize(("by_shop", "amount"), [(eur(1500), "15.00"), (None, "0")])
def test_a_shop_gives_back_what_it_is_told_and_no_more(
    shop: Any, sandbox: SandboxProcess, by_shop: Any, amount: str
) -> None:
    order_id, line_id = sent(shop, sandbox)

    shop.tell_refunded(order_id, {line_id: 1}, by_shop=by_shop, reason="return", key=a_key())

    assert [each["amount"] for each in sandbox.effects(system="commerce", operation="refund")] == [amount]


def test_told_twice_is_one_refund(shop: Any, sandbox: SandboxProcess) -> None:
    order_id, line_id = sent(shop, sandbox)
    key = a_key()

    first = shop.tell_refunded(order_id, {line_id: 1}, by_shop=None, reason="return", key=key)
    second = shop.tell_refunded(order_id, {line_id: 1}, by_shop=None, reason="return", key=again(key))

    assert first == second
    assert len(sandbox.effects(system="commerce", operation="refund")) == 1


@pytest.mark.skipif(not (CONTRACTS / "shopify").is_dir(), reason="the vendor's own schema is not here")
def test_the_refund_we_send_fits_shopifys_schema() -> None:
    from graphql import Undefined, build_schema
    from graphql.utilities import coerce_input_value

    schema = build_schema((CONTRACTS / "shopify" / "admin-2026-01.schema.graphql").read_text(), assume_valid=True)
    paid = {
        "gateway": "manual",
        "amountSet": {"presentmentMoney": {"amount": "20.0", "currencyCode": "EUR"}},
        "parentTransaction": {"id": "gid://shopify/OrderTransaction/1"},
    }
    suggested = {"suggestedRefund": {"suggestedTransactions": [paid]}}
    refund = refunding.to_returned(
        "gid://shopify/Order/1", cancelling.to_lines({"7": 1}), note="return x", by_shop=eur(1500), suggested=suggested
    )

    assert coerce_input_value(refund, schema.type_map["RefundInput"]) is not Undefined
