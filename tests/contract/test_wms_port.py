"""Every warehouse behind its port: one release a key, parcels read from webhooks and by asking."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from system_apis.errors import ContractBroken, Refused
from system_apis.wms.vendors.sandbox.adapter import SandboxWms
from tests.contract import examples
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryRead, EveryWrite, LooksUpFirst, a_key, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
A_DAY_MS = 86_400_000
EVENT = {
    "event_id": "wms-1",
    "topic": "parcel.dispatched",
    "parcel": {
        "parcel_id": "REL0000001-1",
        "order_no": "W-1",
        "node": "WH-1",
        "carrier": "SANDPOST",
        "tracking_no": "SP1",
        "dispatched_at": "2026-03-02T08:00:00+00:00",
        "lines": [{"line_ref": "1", "sku": "BOOT-42", "qty": 2}],
        "a_field_of_tomorrow": True,
    },
}


@pytest.fixture
def wms(connected: Connect, sandbox: SandboxProcess) -> Callable[..., Call]:
    sandbox.setup(ship_delay_ms=A_DAY_MS, nodes=["WH-1"], stock=[{"node": "WH-1", "sku": "BOOT-42", "on_hand": 100}])
    return partial(Call, kind="wms", port=SandboxWms.over, connection=connected("wms"))


@pytest.fixture(params=["release", "recall"])
def write(request: pytest.FixtureRequest, wms: Callable[..., Call]) -> Call:
    order = examples.a_release()
    release = wms(
        operation="release",
        act=lambda port, key: port.release(order, key=key),
        look_up="find_releases",
    )
    if request.param == "release":
        return release
    made = release(a_key())
    return wms(
        operation="recall", act=lambda port, key: port.recall(made, key=key), look_up="get_release", storms=False
    )


@pytest.fixture(params=["shipments", "stock_snapshot", "get_release"])
def read(request: pytest.FixtureRequest, wms: Callable[..., Call]) -> Call:
    if request.param == "get_release":
        made = wms(operation="release", act=lambda port, key: port.release(examples.a_release(), key=key))(a_key())
        return wms(operation="get_release", act=lambda port, key: port.has_answered(made))
    if request.param == "shipments":
        return wms(operation="shipments", act=lambda port, key: port.shipments_of("W-1"))
    return wms(operation="stock_snapshot", act=lambda port, key: port.stock_snapshot(node="WH-1"))


class TestEveryWrite(EveryWrite):
    pass


class TestLooksUpFirst(LooksUpFirst):
    pass


class TestEveryRead(EveryRead):
    pass


@pytest.fixture
def port(wms: Callable[..., Call], connected: Connect) -> SandboxWms:
    return SandboxWms.over(connected("wms"))


def _until(done: Callable[[], bool]) -> None:
    for _ in range(100):
        if done():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within 5 s")


def test_three_parcels_carry_all_units_of_the_release_and_the_shelf_has_as_many_fewer(
    port: SandboxWms, sandbox: SandboxProcess
) -> None:
    sandbox.setup(ship_delay_ms=10, parcels={"W-3": 3})
    port.release(examples.a_release(number="W-3", units=7), key=a_key())
    _until(lambda: len(port.shipments_of("W-3")) == 3)

    shipped = sum(line.quantity for parcel in port.shipments_of("W-3") for line in parcel.lines)
    left = {level.sku: level.on_hand for level in port.stock_snapshot(node="WH-1").levels}

    assert (shipped, left["BOOT-42"]) == (7, 93)


def test_the_watermark_rises_with_each_parcel(port: SandboxWms, sandbox: SandboxProcess) -> None:
    before = port.stock_snapshot(node="WH-1").watermark
    sandbox.setup(ship_delay_ms=10, parcels={"W-2": 2})
    port.release(examples.a_release(number="W-2"), key=a_key())
    _until(lambda: len(port.shipments_of("W-2")) == 2)

    assert port.stock_snapshot(node="WH-1").watermark == before + 2


def test_a_picked_release_cannot_be_recalled(port: SandboxWms, sandbox: SandboxProcess) -> None:
    sandbox.setup(ship_delay_ms=0)
    made = port.release(examples.a_release(number="W-4"), key=a_key())
    _until(lambda: bool(port.shipments_of("W-4")))

    with pytest.raises(Refused) as told:
        port.recall(made, key=a_key())

    assert told.value.code == "already_picked"


def test_a_recalled_release_ships_nothing(port: SandboxWms, sandbox: SandboxProcess) -> None:
    sandbox.setup(ship_delay_ms=200)
    made = port.release(examples.a_release(number="W-5"), key=a_key())
    port.recall(made, key=a_key())
    time.sleep(0.5)

    assert port.shipments_of("W-5") == ()


def test_an_unknown_node_refuses_the_release(port: SandboxWms, sandbox: SandboxProcess) -> None:
    sandbox.setup(nodes=["WH-9"])

    with pytest.raises(Refused) as told:
        port.release(examples.a_release(), key=a_key())

    assert told.value.code == "unknown_node"


def test_a_webhook_reads_as_the_parcel_it_tells_of(port: SandboxWms) -> None:
    parcel = port.read_shipment(json.dumps(EVENT).encode())

    assert (parcel.shipment_id, parcel.order_number, parcel.lines[0].quantity) == ("REL0000001-1", "W-1", 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_no", None),
        ("order_no", ""),
        ("dispatched_at", "yesterday"),
        ("dispatched_at", "2026-03-02T08:00:00"),
        ("lines", []),
        ("lines", [{"line_ref": "1", "sku": "BOOT-42", "qty": 0}]),
        ("lines", [{"line_ref": "1", "sku": "BOOT-42", "qty": 1.5}]),
        ("lines", [{"line_ref": "1", "sku": "BOOT-42", "qty": True}]),
        ("lines", "none"),
    ],
)
def test_a_webhook_with_a_wrong_field_is_a_broken_contract_that_names_it(
    port: SandboxWms, field: str, value: Any
) -> None:
    event = {**EVENT, "parcel": {**EVENT["parcel"], field: value}}  # type: ignore[dict-item]

    with pytest.raises(ContractBroken, match=field):
        port.read_shipment(json.dumps(event).encode())


def test_a_parcel_tells_the_numbers_of_its_pieces(port: SandboxWms) -> None:
    line = {"line_ref": "1", "sku": "BOOT-42", "qty": 2, "serials": ["SN-1", "SN-2 "]}
    event = {**EVENT, "parcel": {**EVENT["parcel"], "lines": [line]}}  # type: ignore[dict-item]

    assert port.read_shipment(json.dumps(event).encode()).lines[0].serials == ("SN-1", "SN-2")


def test_more_numbers_than_pieces_are_a_broken_contract(port: SandboxWms) -> None:
    line = {"line_ref": "1", "sku": "BOOT-42", "qty": 1, "serials": ["SN-1", "SN-2"]}
    event = {**EVENT, "parcel": {**EVENT["parcel"], "lines": [line]}}  # type: ignore[dict-item]

    with pytest.raises(ContractBroken, match="serial number"):
        port.read_shipment(json.dumps(event).encode())


SHORT = {
    "event_id": "wms-short-REL0000001",
    "topic": "release.short",
    "release_id": "REL0000001",
    "order_no": "W-1",
    "node": "WH-1",
    "reason": "not on the shelf",
    "lines": [{"line_ref": "1", "sku": "BOOT-42", "qty": 1}],
}


def test_a_webhook_reads_as_the_units_that_are_missing(port: SandboxWms) -> None:
    short = port.read_short(json.dumps(SHORT).encode())

    assert (short.order_number, short.reference, short.lines[0].quantity) == ("W-1", "REL0000001", 1)


@pytest.mark.parametrize(
    ("field", "value"), [("order_no", ""), ("release_id", None), ("node", ""), ("lines", []), ("topic", "stock.moved")]
)
def test_a_report_of_missing_units_with_a_wrong_field_is_a_broken_contract_that_names_it(
    port: SandboxWms, field: str, value: Any
) -> None:
    with pytest.raises(ContractBroken, match=field):
        port.read_short(json.dumps({**SHORT, field: value}).encode())


def test_a_release_of_which_nothing_is_found_ships_nothing_and_can_be_taken_back(
    port: SandboxWms, sandbox: SandboxProcess
) -> None:
    sandbox.setup(ship_delay_ms=1, shorts={"W-6": {"WH-1": {"BOOT-42": 99}}})
    made = port.release(examples.a_release(number="W-6"), key=a_key())
    _until(lambda: bool(sandbox.effects(operation="short", subject="W-6")))
    port.recall(made, key=a_key())

    assert port.shipments_of("W-6") == ()


def test_a_node_that_looks_at_nothing_has_not_answered_and_one_that_ships_has(
    port: SandboxWms, sandbox: SandboxProcess
) -> None:
    sandbox.setup(silent_nodes=["WH-1"])
    silent = port.release(examples.a_release(number="W-7"), key=a_key())
    sandbox.setup(silent_nodes=[])
    awake = port.release(examples.a_release(number="W-8"), key=a_key())

    assert [port.has_answered(made) for made in (silent, awake)] == [False, True]


def test_a_request_that_was_recalled_needs_no_answer(port: SandboxWms, sandbox: SandboxProcess) -> None:
    sandbox.setup(silent_nodes=["WH-1"])
    made = port.release(examples.a_release(number="W-9"), key=a_key())
    port.recall(made, key=a_key())
    sandbox.setup(silent_nodes=[])

    assert port.has_answered(made)
