"""A shop thinks again of an order: it is held, or put on the desk where it is too late to hold it."""

import json
from collections.abc import Iterator

import pytest

from canonical.order import Risk
from process_apis.orders import holds
from process_apis.orders.models import Order
from retail_platform.kernel import clock
from system_apis.commerce import risks
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken
from system_apis.inbox import services as inbox
from tests.playing import Play, desk, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def hear(play: Play, order_id: int, level: str) -> None:
    """The webhook of the shop comes in, before or after the order itself."""
    inbox.receive(
        connection=Connection.objects.get(code="commerce"), event_id=f"risk-{order_id}-{level}",
        topic="orders/risk_assessment_changed", fact_name="commerce.risk_reported",
        raw=json.dumps({"order_id": order_id, "risk_level": level}).encode(), headers={}, now=clock.now(),
    )  # fmt: skip
    play.go()


def test_a_high_risk_before_the_order_holds_the_order_once_it_is_there(play: Play) -> None:
    placed = play.sandbox.place_order(
        lines=[{"sku": "BOOT-42", "quantity": 1, "price": "119.00"}], financial_status="paid",
        address={"address1": "Hauptstr. 1", "city": "Berlin", "zip": "10115", "country_code": "DE"},
    )  # fmt: skip
    hear(play, placed["id"], "HIGH")
    play.hear("orders/create", placed)
    play.later()
    assert Order.objects.values_list("risk", flat=True).get() == "high"
    assert any("may be a fraud" in title for title in desk())


def test_a_high_risk_after_the_release_is_put_on_the_desk(play: Play) -> None:
    placed = play.at_the_shop()
    hear(play, placed["id"], "HIGH")
    assert desk() == [f"order {placed['name']} may be a fraud, and is released: the channel says: high"]


def test_a_low_risk_holds_nothing(play: Play) -> None:
    placed = play.at_the_shop()
    hear(play, placed["id"], "LOW")
    assert (desk(), Order.objects.get().risk) == ([], "")


def test_an_order_that_somebody_has_let_go_on_is_not_held_again(play: Play) -> None:
    placed = play.at_the_shop()
    Order.objects.update(on_hold="fraud")
    holds.release(number=placed["name"], by="kim", now=clock.now())
    hear(play, placed["id"], "HIGH")
    assert desk() == []


def test_a_level_nobody_knows_is_a_broken_contract() -> None:
    with pytest.raises(ContractBroken, match="risk_level"):
        risks.read_risk(b'{"order_id": 1, "risk_level": "PURPLE"}')


def test_a_level_reads_in_any_letters() -> None:
    assert risks.read_risk(b'{"order_id": 1, "risk_level": "Medium"}').risk == Risk.MEDIUM
