"""What /status says of runs and of vendors' accounts."""

import uuid
from datetime import timedelta

import pytest

from process_apis.engine import watch as engine
from process_apis.engine.models import ProcessRun, RunState
from retail_platform.kernel import clock
from system_apis.connections import watch as connections
from system_apis.connections.models import BreakerState, Connection

pytestmark = pytest.mark.django_db


def a_run(*, due_s_ago: float | None, state: str = RunState.READY) -> None:
    now = clock.now()
    ProcessRun.objects.create(
        id=uuid.uuid4(),
        process="parcel",
        subject=uuid.uuid4().hex,
        step="post_sale",
        state=state,
        correlation_id="",
        deadline_at=now + timedelta(days=1),
        next_wake_at=None if due_s_ago is None else now - timedelta(seconds=due_s_ago),
    )


@pytest.mark.parametrize(("due_s_ago", "well"), [(None, True), (-3600, True), (20, True), (90, False)])
def test_runs_are_unwell_once_one_that_is_due_has_waited_for_a_minute(due_s_ago: float | None, well: bool) -> None:
    a_run(due_s_ago=due_s_ago)
    assert engine.runs().ok is well


def test_parked_runs_are_counted_and_are_no_fault_of_ours() -> None:
    a_run(due_s_ago=None, state=RunState.PARKED)
    assert engine.runs().ok
    assert "1 parked" in engine.runs().detail


def test_an_account_that_is_cut_off_is_named() -> None:
    Connection.objects.create(code="tax", kind="tax", vendor="sandbox", breaker_state=BreakerState.OPEN)
    Connection.objects.create(code="erp", kind="erp", vendor="sandbox")
    found = connections.connections()
    assert (found.ok, found.detail, found.value) == (False, "cut off after failures: tax", 1)


def test_an_account_that_is_switched_off_is_not_missed() -> None:
    Connection.objects.create(code="tax", kind="tax", vendor="sandbox", breaker_state=BreakerState.OPEN, active=False)
    assert connections.connections().ok
