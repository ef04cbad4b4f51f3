"""The marketplace behind its port: what it is told happens once, whatever becomes of the answer."""

from functools import partial

import pytest

from system_apis.commerce.vendors.market.adapter import Market
from system_apis.errors import Refused
from tests.contract.conftest import Connect
from tests.contract.examples import a_shipment
from tests.contract.suite import Call, EveryRead, EveryWrite, a_key, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
TOKEN = {"token": "market_sandbox"}


def sold(sandbox: SandboxProcess) -> str:
    wish = {"items": [{"sku": "BOOT-42", "units": 60, "price": "19.99"}]}
    return str(sandbox.control("POST", "/market/orders", wish)["order"]["orderId"])


@pytest.fixture
def write(connected: Connect, sandbox: SandboxProcess) -> Call:
    order = sold(sandbox)
    parcel = a_shipment(order_number=order, line_id="1-1")
    return Call(
        kind="market", port=Market.over, connection=connected("commerce", secrets=TOKEN), operation="ship",
        act=lambda port, key: port.tell_shipped(order, parcel, key=key),
    )  # fmt: skip


@pytest.fixture
def read(connected: Connect, sandbox: SandboxProcess) -> Call:
    sold(sandbox)
    market = partial(Call, kind="market", port=Market.over, connection=connected("commerce", secrets=TOKEN))
    return market(operation="changed", act=lambda port, key: port.changed_since(""))


class TestEveryWrite(EveryWrite):
    pass


class TestEveryRead(EveryRead):
    pass


def test_more_units_than_were_sold_are_refused(connected: Connect, sandbox: SandboxProcess) -> None:
    order = sold(sandbox)
    with pytest.raises(Refused):
        Market.over(connected("commerce", secrets=TOKEN)).tell_cancelled(
            order, {"1-1": 61}, whole=True, reason="sold out", key=a_key()
        )
