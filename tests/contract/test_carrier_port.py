"""Every carrier behind its port: one label a key, scans read from webhooks and by asking."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from canonical.label import LabelRequest, TrackingState
from system_apis.carriers.vendors.sandbox.adapter import SandboxCarrier
from system_apis.errors import ContractBroken, Refused
from tests.contract import examples
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryRead, EveryWrite, LooksUpFirst, a_key, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
SCAN = {"trackingNumber": "RT1", "status": "MOVING", "scannedAt": "2026-03-02T08:00:00+00:00", "depot": "Leipzig"}
EVENT = {"id": "car_1", "type": "parcel.scanned", "scan": SCAN, "a_field_of_tomorrow": 1}


def a_request(country: str = "DE") -> LabelRequest:
    sender = examples.BERLIN.model_copy(update={"country": country})
    return LabelRequest(reference="R-1", sender=sender, node="WH-1")


@pytest.fixture
def port(connected: Connect) -> SandboxCarrier:
    return SandboxCarrier.over(connected("carrier"))


@pytest.fixture
def carrier(connected: Connect) -> Callable[..., Call]:
    return partial(Call, kind="carrier", port=SandboxCarrier.over, connection=connected("carrier"))


@pytest.fixture(params=["create_label", "cancel_label"])
def write(request: pytest.FixtureRequest, carrier: Callable[..., Call], port: SandboxCarrier) -> Call:
    if request.param == "create_label":
        return carrier(
            operation="create_label",
            act=lambda port, key: port.create_label(a_request(), key=key),
            look_up="find_labels",
        )
    label = port.create_label(a_request(), key=a_key()).label_id
    return carrier(
        operation="cancel_label",
        act=lambda port, key: port.cancel_label(label, key=key),
        look_up="get_label",
        storms=False,
    )


@pytest.fixture
def read(carrier: Callable[..., Call], port: SandboxCarrier) -> Call:
    number = port.create_label(a_request(), key=a_key()).tracking_number
    return carrier(operation="track", act=lambda port, key: port.track(number))


class TestEveryWrite(EveryWrite):
    pass


class TestLooksUpFirst(LooksUpFirst):
    pass


class TestEveryRead(EveryRead):
    pass


def test_a_country_it_does_not_serve_refuses_the_label(port: SandboxCarrier) -> None:
    with pytest.raises(Refused) as told:
        port.create_label(a_request("AQ"), key=a_key())

    assert told.value.code == "not_served"


def test_a_parcel_on_its_way_keeps_its_label(port: SandboxCarrier, sandbox: SandboxProcess) -> None:
    label = port.create_label(a_request(), key=a_key())
    sandbox.control("POST", "/carrier/scans", {"tracking_number": label.tracking_number, "status": "ACCEPTED"})

    with pytest.raises(Refused) as told:
        port.cancel_label(label.label_id, key=a_key())

    assert told.value.code == "in_transit"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ACCEPTED", TrackingState.IN_TRANSIT),
        ("DELIVERED", TrackingState.DELIVERED),
        ("MISSING", TrackingState.LOST),
    ],
)
def test_the_last_scan_is_what_tracking_says(
    port: SandboxCarrier, sandbox: SandboxProcess, status: str, state: TrackingState
) -> None:
    label = port.create_label(a_request(), key=a_key())
    sandbox.control("POST", "/carrier/scans", {"tracking_number": label.tracking_number, "status": status})

    assert port.track(label.tracking_number).state == state


def test_a_webhook_reads_as_the_scan_it_tells_of(port: SandboxCarrier) -> None:
    event = port.read_event(json.dumps(EVENT).encode())

    assert (event.tracking_number, event.state, event.place) == ("RT1", TrackingState.IN_TRANSIT, "Leipzig")


@pytest.mark.parametrize(
    ("field", "value"),
    [("trackingNumber", ""), ("status", "eaten"), ("scannedAt", "yesterday"), ("scannedAt", "2026-03-02T08:00:00")],
)
def test_a_scan_with_a_wrong_field_is_a_broken_contract_that_names_it(
    port: SandboxCarrier, field: str, value: Any
) -> None:
    with pytest.raises(ContractBroken, match=field):
        port.read_event(json.dumps({**EVENT, "scan": {**SCAN, field: value}}).encode())
