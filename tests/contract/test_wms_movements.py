"""Stock that moved, from the pretend warehouse's floor to our book: the webhook, the port, the journey."""

import json
from typing import Any

import pytest
from django.test import Client

from canonical.stock import StockLevel, StockSnapshot
from process_apis.cases.models import Case
from process_apis.engine.models import ProcessRun
from process_apis.stock.checking import snapshots
from process_apis.stock.models import SetAside, SnapshotDue, SnapshotTaken, StockMovement, StockOwner, StockPosition
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from system_apis.connections.models import Connection
from system_apis.connections.services import connect
from system_apis.errors import ContractBroken
from system_apis.inbox.signatures import hex_hmac
from system_apis.wms.gateway import wms
from tests.contract.conftest import SECRETS
from tests.engine import Workers, employ
from tests.experience.carrying import carry_facts
from tests.factories import NOON, a_catalog, on_hand
from tests.sandbox_process import SandboxProcess

SECRET = "whsec_of_the_warehouse_floor"
RECEIPT = {"kind": "RECV", "sku": "BOOT-42", "qty": 12}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def warehouse(sandbox: SandboxProcess) -> Connection:
    """WH-1, kept by the warehouse system "wms" of the sandbox; the ERP counts it too and owns nothing there."""
    a_catalog()
    sandbox.setup(nodes=["WH-1", "STORE-001"], stock=[{"node": "WH-1", "sku": "BOOT-42", "on_hand": 100}])
    named: dict[str, Any] = {"vendor": "sandbox", "base_url": sandbox.url, "budget_per_s": 5000, "now": clock.now()}
    connect(code="erp", kind="erp", secrets=SECRETS["erp"], **named)
    return connect(code="wms", kind="wms", secrets={**SECRETS["wms"], "webhook_secret": SECRET}, **named)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return employ(monkeypatch)


def floor(sandbox: SandboxProcess, *movements: dict[str, Any], node: str = "WH-1") -> dict[str, Any]:
    """Let the floor move goods; the message that it tells of it with."""
    return dict(sandbox.control("POST", "/wms/movements", {"node": node, "movements": list(movements)}))


def deliver(event: dict[str, Any], workers: Workers) -> ProcessRun:
    """Hand the message in as the warehouse does, then play relay and workers."""
    raw, now = json.dumps(event).encode(), str(int(clock.now().timestamp()))
    headers = {
        "X-Wms-Topic": event["topic"], "X-Wms-Event-Id": event["event_id"], "X-Wms-Timestamp": now,
        "X-Wms-Signature": hex_hmac(SECRET, f"{now}.".encode() + raw),
    }  # fmt: skip
    answer = Client(headers=headers).post("/hooks/wms", raw, content_type="application/json")
    assert answer.status_code == 200, answer.content
    carry_facts()
    run = ProcessRun.objects.filter(process="stock_report").latest("created_at")
    workers.bells.append((run.id, ["stock"]))
    workers.work()
    run.refresh_from_db()
    return run


def shelf() -> int:
    return StockPosition.objects.get(sku="BOOT-42", node="WH-1").on_hand


def test_a_receipt_on_the_floor_is_in_the_book(sandbox: SandboxProcess, workers: Workers) -> None:
    run = deliver(floor(sandbox, RECEIPT), workers)
    movement = StockMovement.objects.get()
    assert (run.state, shelf(), movement.key, movement.sequence) == ("done", 12, "wms:WH-1:1", 1)


def test_a_message_told_twice_counts_once(sandbox: SandboxProcess, workers: Workers) -> None:
    event = floor(sandbox, RECEIPT)
    deliver(event, workers)
    deliver({**event, "event_id": "told-again"}, workers)
    assert shelf() == 12


def test_of_a_message_the_good_are_applied_and_each_bad_one_is_set_aside(
    sandbox: SandboxProcess, workers: Workers
) -> None:
    bad = [{**RECEIPT, "sku": "GHOST"}, {**RECEIPT, "qty": 1.5}, {**RECEIPT, "uom": "KGM"}, {**RECEIPT, "qty": -1},
           {**RECEIPT, "kind": "LOST"}, {**RECEIPT, "seq": None}]  # fmt: skip
    run = deliver(floor(sandbox, RECEIPT, *bad, {"kind": "ADJ", "sku": "BOOT-42", "qty": -2}), workers)
    assert (run.state, run.facts["applied"], run.facts["set_aside"], shelf()) == ("done", 2, 6, 10)
    rules = sorted(SetAside.objects.values_list("rule", flat=True))
    assert rules == ["bad-field", "fractional-units", "missing-field", "unit-of-measure", "unknown-sku", "wrong-sign"]
    assert Case.objects.count() == 6


def test_a_message_nobody_can_read_parks_with_a_case(sandbox: SandboxProcess, workers: Workers) -> None:
    run = deliver({**floor(sandbox, RECEIPT), "movements": "none"}, workers)
    assert (run.state, Case.objects.count()) == ("parked", 1)


@pytest.mark.parametrize("event", [{}, {"topic": "other", "node": "WH-1", "movements": [RECEIPT]}, []])
def test_what_is_no_such_message_is_a_broken_contract(event: Any) -> None:
    with pytest.raises(ContractBroken):
        wms("wms").read_movements(json.dumps(event).encode())


def test_the_owners_snapshot_corrects_what_is_within_tolerance(sandbox: SandboxProcess) -> None:
    on_hand({"BOOT-42": 99})
    answer = snapshots.ask("WH-1")
    assert (answer.owner, answer.compared and answer.compared.adjusted, shelf()) == (True, 1, 100)


def test_anybody_elses_snapshot_is_compared_and_never_applied(sandbox: SandboxProcess) -> None:
    on_hand({"BOOT-42": 40})
    answer = snapshots.ask("WH-1", source="erp")
    assert (answer.owner, answer.compared and answer.compared.varied, shelf()) == (False, 1, 40)
    assert Case.objects.get().title == "erp has other figures than our book for 1 skus at WH-1"
    assert SnapshotTaken.objects.get().source == "erp"


def test_a_snapshot_older_than_the_last_is_a_case_and_changes_nothing(sandbox: SandboxProcess) -> None:
    floor(sandbox, RECEIPT)
    snapshots.ask("WH-1")
    before = StockMovement.objects.count()
    old = StockSnapshot(
        node="WH-1", watermark=0, taken_at=NOON, levels=(StockLevel(sku="BOOT-42", node="WH-1", on_hand=1),)
    )
    answer = snapshots.take(old, source="wms", owner=True)
    assert (answer.compared, StockMovement.objects.count()) == (None, before)
    assert Case.objects.filter(fingerprint="stock.stale:wms:WH-1").count() == 1


def test_each_node_is_asked_once_a_night(sandbox: SandboxProcess, workers: Workers) -> None:
    on_hand({"BOOT-42": 99})
    snapshots.ask_due()  # the nodes of the catalog get their night
    SnapshotDue.objects.filter(node="WH-1").update(due_at=NOON)
    assert [snapshots.ask_due(), snapshots.ask_due()] == [1, 0]
    assert Fact.objects.filter(name="stock.snapshot_due").count() == 1
    carry_facts()
    workers.bells.append((ProcessRun.objects.get(process="stock_snapshot").id, ["stock"]))
    workers.work()
    assert (ProcessRun.objects.get(process="stock_snapshot").state, shelf()) == ("done", 100)


def test_a_node_whose_goods_nobody_connected_keeps_is_not_asked() -> None:
    StockOwner.objects.filter(node_kind="store", state="on_hand").update(source="paper")
    with pytest.raises(snapshots.NobodyToAsk):
        snapshots.ask("STORE-001")
