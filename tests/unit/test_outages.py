"""A vendor that is away becomes one case, which closes by itself."""

from datetime import timedelta

import pytest

from process_apis.cases.models import Case, CaseState
from process_apis.engine import outages
from process_apis.engine.models import ProcessRun
from retail_platform.kernel import clock
from system_apis.connections import breaker
from system_apis.connections.models import BreakerState, Connection
from system_apis.errors import NotAsked
from tests.engine import Workers

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp() -> Connection:
    return Connection.objects.create(
        code="erp", kind="erp", vendor="sandbox", base_url="http://127.0.0.1:9", breaker_state=BreakerState.OPEN,
        breaker_trips=outages.WORTH_A_WORD, breaker_until=clock.now() + timedelta(minutes=2), last_fault="refused",
    )  # fmt: skip


def test_a_vendor_that_is_away_is_one_case_however_often_we_look(erp: Connection) -> None:
    for _ in range(3):
        outages.look()
    assert [case.subject for case in Case.objects.filter(state=CaseState.OPEN)] == ["connection:erp"]


def test_the_case_says_how_many_runs_wait(erp: Connection, workers: Workers) -> None:
    workers.log.script("send", NotAsked("erp is resting", connection="erp", retry_after_s=60))
    workers.begin()
    workers.work()
    outages.look()
    assert "1 waiting runs" in Case.objects.get().title
    assert ProcessRun.objects.get().state == "retrying"


def test_the_case_closes_when_the_vendor_answers_again(erp: Connection) -> None:
    outages.look()
    breaker.close(erp)
    outages.look()
    assert (Case.objects.get().state, Case.objects.get().resolution) == (CaseState.RESOLVED, "it answers again")


def test_one_short_rest_is_no_case(erp: Connection) -> None:
    Connection.objects.update(breaker_trips=1)
    assert (outages.look(), Case.objects.count()) == (0, 0)
