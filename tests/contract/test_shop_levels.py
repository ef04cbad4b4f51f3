"""Both shops told of stock: levels set by compare and set, read back, and every fault on the way."""

from collections.abc import Callable
from typing import Any

import pytest

from system_apis.commerce.port import CommercePort, Level, LevelState
from system_apis.commerce.vendors.sandbox.adapter import SandboxCommerce
from system_apis.commerce.vendors.shopify.adapter import ShopifyCommerce
from system_apis.connections.models import Connection
from system_apis.crosswalk.services import link
from system_apis.errors import OutcomeUnknown, Refused, Unavailable
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryRead, EveryWrite, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
ITEMS = {"BOOT-42": "4201", "SOCK-1": "1101"}
PORTS: dict[str, Callable[[Connection], CommercePort]] = {
    "sandbox": SandboxCommerce.over,
    "shopify": ShopifyCommerce.over,
}


@pytest.fixture(params=["sandbox", "shopify"])
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(connected: Connect) -> Connection:
    """A connection with its place and its items linked."""
    connection = connected("commerce")
    link(connection, "location", ours=connection.channel, theirs="7001")
    for sku, item in ITEMS.items():
        link(connection, "inventory_item", ours=sku, theirs=item)
    return connection


@pytest.fixture
def port(vendor: str, shop: Connection) -> CommercePort:
    return PORTS[vendor](shop)


@pytest.fixture
def write(vendor: str, shop: Connection) -> Call:
    return Call(
        kind="commerce",
        port=PORTS[vendor],
        connection=shop,
        operation="set_stock",
        act=lambda port, key: port.tell_stock([Level("BOOT-42", 9)], key=key),
        storms=False,  # the same level under another key is no second effect
    )


@pytest.fixture
def read(vendor: str, shop: Connection) -> Call:
    return Call(
        kind="commerce",
        port=PORTS[vendor],
        connection=shop,
        operation="read_stock",
        act=lambda port, key: port.read_stock(["BOOT-42"]),
    )


class TestEveryWrite(EveryWrite):
    pass


class TestEveryRead(EveryRead):
    pass


def by_hand(sandbox: SandboxProcess, vendor: str, sku: str, units: int) -> None:
    """Somebody changes a number in the shop."""
    place, item = ("main", sku) if vendor == "sandbox" else ("7001", ITEMS[sku])
    sandbox.control("POST", "/commerce/levels", {"location": place, "item": item, "units": units})


def states(answers: Any) -> dict[str, LevelState]:
    return {answer.sku: answer.state for answer in answers}


def test_what_was_told_is_shown(port: CommercePort) -> None:
    port.tell_stock([Level("BOOT-42", 9, expected=0), Level("SOCK-1", 4, expected=0)], key=a_key())

    assert {answer.sku: answer.shown for answer in port.read_stock(["BOOT-42", "SOCK-1"])} == {
        "BOOT-42": 9,
        "SOCK-1": 4,
    }


def test_a_level_that_changed_meanwhile_is_stale_and_stays(
    port: CommercePort, sandbox: SandboxProcess, vendor: str
) -> None:
    by_hand(sandbox, vendor, "BOOT-42", 3)

    told = port.tell_stock([Level("BOOT-42", 9, expected=0)], key=a_key())

    assert (told[0].state, port.read_stock(["BOOT-42"])[0].shown) == (LevelState.STALE, 3)


def test_beside_a_stale_level_the_others_are_set_or_to_be_told_again(
    port: CommercePort, sandbox: SandboxProcess, vendor: str
) -> None:
    by_hand(sandbox, vendor, "BOOT-42", 3)

    told = states(port.tell_stock([Level("BOOT-42", 9, 0), Level("SOCK-1", 4, 0)], key=a_key()))

    assert told["SOCK-1"] == (LevelState.SHOWN if vendor == "sandbox" else LevelState.NOT_TAKEN)


def test_an_item_the_shop_does_not_have_is_named(port: CommercePort, sandbox: SandboxProcess) -> None:
    sandbox.setup(shop_items=["SOCK-1", ITEMS["SOCK-1"]])

    told = states(port.tell_stock([Level("BOOT-42", 9), Level("SOCK-1", 4)], key=a_key()))

    assert told["BOOT-42"] == LevelState.UNKNOWN
    assert states(port.read_stock(["BOOT-42"])) == {"BOOT-42": LevelState.UNKNOWN}


def test_a_lost_answer_told_again_is_one_effect(port: CommercePort, sandbox: SandboxProcess) -> None:
    key = a_key()
    sandbox.fault("commerce", "cut", operation="set_stock", count=1)
    with pytest.raises(OutcomeUnknown):
        port.tell_stock([Level("BOOT-42", 9, 0)], key=key)

    told = port.tell_stock([Level("BOOT-42", 9, 0)], key=again(key))

    assert (told[0].state, len(sandbox.effects(operation="set_stock"))) == (LevelState.SHOWN, 1)


def test_an_order_lowers_what_the_shop_shows_by_itself(connected: Connect, sandbox: SandboxProcess) -> None:
    port = SandboxCommerce.over(connected("commerce"))
    port.tell_stock([Level("BOOT-42", 9)], key=a_key())
    berlin = {"country_code": "DE", "city": "Berlin", "zip": "10117"}
    sandbox.place_order(lines=[{"sku": "BOOT-42", "quantity": 2, "price": "19.99"}], address=berlin)

    assert port.read_stock(["BOOT-42"])[0].shown == 7


def test_shopify_is_told_nothing_of_a_sku_without_a_link(shop: Connection, sandbox: SandboxProcess) -> None:
    told = ShopifyCommerce.over(shop).tell_stock([Level("LAMP-1", 9), Level("SOCK-1", 4)], key=a_key())

    assert states(told) == {"LAMP-1": LevelState.UNLINKED, "SOCK-1": LevelState.SHOWN}


def test_shopify_without_a_linked_location_says_how_to_link_one(connected: Connect) -> None:
    port = ShopifyCommerce.over(connected("commerce"))

    assert port.stock_place() is None
    with pytest.raises(Refused, match="link --connection"):
        port.tell_stock([Level("BOOT-42", 9)], key=a_key())


def test_a_spent_cost_budget_of_shopify_is_waited_for(shop: Connection, sandbox: SandboxProcess) -> None:
    throttled = '{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'
    sandbox.fault("commerce", "rate_limit", operation="set_stock", status=200, body=throttled)

    with pytest.raises(Unavailable):
        ShopifyCommerce.over(shop).tell_stock([Level("BOOT-42", 9)], key=a_key())
