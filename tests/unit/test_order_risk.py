"""A shop thinks again of an order: it is held, or put on the desk where it is too late to hold it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canonical.order import Risk
from process_apis.orders import holds
from process_apis.orders.models import Order
from retail_platform.kernel import clock
from system_apis.commerce import risks
from system_apis.commerce.port import RiskReport
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken
from system_apis.inbox import services as inbox
from tests.playing import Play, desk, playing
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parents[3] / "shared" / "contracts" / "shopify"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def hear(play: Play, order_id: int, level: str, **more: Any) -> None:
    """The webhook of the shop comes in, before or after the order itself."""
    inbox.receive(
        connection=Connection.objects.get(code="commerce"), event_id=f"risk-{order_id}-{level}-{more}",
        topic="orders/risk_assessment_changed", fact_name="commerce.risk_reported",
        raw=json.dumps({"order_id": order_id, "risk_level": level, **more}).encode(), headers={}, now=clock.now(),
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


def test_one_that_sees_no_risk_does_not_silence_another_that_does(play: Play) -> None:
    placed = play.at_the_shop()
    hear(play, placed["id"], "HIGH")
    hear(play, placed["id"], "LOW", provider_id=7, provider_title="An app")
    hear(play, placed["id"], "PENDING")
    assert Order.objects.get().risk == "high"


def test_the_latest_word_of_whoever_saw_a_risk_counts(play: Play) -> None:
    placed = play.at_the_shop()
    hear(play, placed["id"], "HIGH", provider_id=7, provider_title="An app")
    hear(play, placed["id"], "NONE", provider_id=7, provider_title="An app")
    assert Order.objects.get().risk == ""


def test_the_payload_as_shopify_sends_it_is_read() -> None:
    payload = {
        "provider_id": None, "provider_title": None, "risk_level": "HIGH", "created_at": "2026-03-01T09:30:00Z",
        "order_id": "820982911946154508", "admin_graphql_api_order_id": "gid://shopify/Order/820982911946154508",
    }  # fmt: skip
    whole = RiskReport("820982911946154508", Risk.HIGH, provider="Shopify")
    assert risks.read_risk(json.dumps(payload).encode()) == whole
    assert risks.read_risk(json.dumps({**payload, "order_id": None}).encode()) == whole


def test_an_assessment_of_no_order_is_a_broken_contract() -> None:
    with pytest.raises(ContractBroken, match="order_id"):
        risks.read_risk(b'{"order_id": null, "risk_level": "LOW"}')


def test_every_level_of_the_shop_s_own_schema_is_read() -> None:
    schemas = sorted(SCHEMAS.glob("admin-*.schema.graphql"))
    if not schemas:
        pytest.skip("the shop's schema is not here: ../shared/contracts/shopify")
    levels = re.search(r"^enum RiskAssessmentResult \{(.*?)^\}", schemas[-1].read_text(), re.DOTALL | re.MULTILINE)
    assert levels is not None
    for level in re.findall(r"^  ([A-Z]+)$", levels[1], re.MULTILINE):
        assert risks.read_risk(json.dumps({"order_id": 1, "risk_level": level}).encode()).channel_order_id == "1"


def test_a_level_nobody_knows_is_a_broken_contract() -> None:
    with pytest.raises(ContractBroken, match="risk_level"):
        risks.read_risk(b'{"order_id": 1, "risk_level": "PURPLE"}')


def test_a_level_reads_in_any_letters() -> None:
    assert risks.read_risk(b'{"order_id": 1, "risk_level": "Medium"}').risk == Risk.MEDIUM
