"""The REST faces of the system layer, read through to a sandbox over HTTP."""

import pytest

from system_apis.connections.models import Connection
from tests.callers import Caller, a_key, problem
from tests.contract.conftest import Connect
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def reader(db: None) -> Caller:
    return Caller(a_key(name="engineer", scopes=["system.read"]))


def stocked(sandbox: SandboxProcess) -> None:
    sandbox.setup(stock=[{"node": "WH-1", "sku": "BOOT-42", "on_hand": 10}])


def test_the_warehouse_tells_its_stock(sandbox: SandboxProcess, connected: Connect, reader: Caller) -> None:
    stocked(sandbox)
    answer = reader.get(f"/api/system/wms/v1/{connected('wms').code}/stock?node=WH-1")
    assert answer.status_code == 200
    assert answer.json()["levels"] == [{"sku": "BOOT-42", "node": "WH-1", "on_hand": 10}]


def test_an_order_nobody_sent_has_no_parcels(connected: Connect, reader: Caller) -> None:
    answer = reader.get(f"/api/system/wms/v1/{connected('wms').code}/shipments?order=W-1")
    assert answer.json() == {"order": "W-1", "shipments": []}


def test_an_empty_ledger_has_an_empty_trial_balance(connected: Connect, reader: Caller) -> None:
    answer = reader.get(f"/api/system/erp/v1/{connected('erp').code}/trial-balance?entity=RETAIL-1")
    assert answer.json() == {"entity": "RETAIL-1", "accounts": []}


def test_the_erp_tells_its_stock(sandbox: SandboxProcess, connected: Connect, reader: Caller) -> None:
    stocked(sandbox)
    answer = reader.get(f"/api/system/erp/v1/{connected('erp').code}/stock?node=WH-1")
    assert answer.status_code == 200
    assert answer.json()["node"] == "WH-1"


def test_connections_are_listed_with_their_health_and_no_secret(connected: Connect, reader: Caller) -> None:
    code = connected("erp", secrets={"token": "canary-secret-123"}).code
    answer = reader.get("/api/system/connections/v1/connections")
    assert code in [entry["code"] for entry in answer.json()["connections"]]
    assert b"canary" not in answer.content


def test_an_answer_leaves_its_trace_on_the_connection(connected: Connect, reader: Caller) -> None:
    row = connected("wms")
    reader.get(f"/api/system/wms/v1/{row.code}/shipments?order=W-1")
    assert Connection.objects.get(pk=row.pk).last_ok_at is not None


@pytest.mark.parametrize("code", ["nobody", "x" * 300])
def test_an_unknown_connection_is_not_found(code: str, reader: Caller) -> None:
    assert problem(reader.get(f"/api/system/erp/v1/{code}/stock?node=WH-1"))["status"] == 404


def test_a_connection_of_another_kind_is_not_found(connected: Connect, reader: Caller) -> None:
    assert problem(reader.get(f"/api/system/erp/v1/{connected('wms').code}/stock?node=WH-1"))["status"] == 404


@pytest.mark.parametrize("query", ["", "?node=WH-1&node=WH-2", "?node=WH-1&x=1", "?node=%00", "?node=" + "x" * 33])
def test_a_wrong_query_is_named(query: str, connected: Connect, reader: Caller) -> None:
    assert problem(reader.get(f"/api/system/wms/v1/{connected('wms').code}/stock{query}"))["errors"]


def test_a_busy_vendor_is_told_with_the_time_to_wait(
    sandbox: SandboxProcess, connected: Connect, reader: Caller
) -> None:
    sandbox.fault("wms", "rate_limit", operation="*", rate=1, count=1, retry_after_s=17)
    answer = reader.get(f"/api/system/wms/v1/{connected('wms').code}/stock?node=WH-1")
    assert (problem(answer)["status"], answer["Retry-After"]) == (503, "17")


def test_a_garbled_vendor_is_told_without_its_words(
    sandbox: SandboxProcess, connected: Connect, reader: Caller
) -> None:
    sandbox.fault("wms", "garbage", operation="*", rate=1, count=1)
    assert problem(reader.get(f"/api/system/wms/v1/{connected('wms').code}/stock?node=WH-1"))["status"] == 502


def test_nobody_reads_without_a_key() -> None:
    assert problem(Caller().get("/api/system/connections/v1/connections"))["status"] == 401


def test_a_key_of_another_scope_is_not_enough(db: None) -> None:
    shopper = Caller(a_key(name="shop", scopes=["storefront.read"]))
    assert problem(shopper.get("/api/system/connections/v1/connections"))["status"] == 403
