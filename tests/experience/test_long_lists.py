"""Lists of what grows without end: read along an index, and closed to those who may see a part only."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet

from process_apis.engine import queries as runs
from process_apis.engine.models import ProcessRun
from retail_platform.kernel import clock
from tests.callers import Caller, a_key, problem

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet, *order: str) -> str:
    return str(rows.order_by(*order)[:51].explain())


@pytest.fixture
def many_runs() -> None:
    now = clock.now()
    ProcessRun.objects.bulk_create(
        ProcessRun(
            id=uuid.uuid4(), process="parcel", subject=f"S-{n}", state="parked" if n % 50 == 0 else "done", step="",
            deadline_at=now, created_at=now - timedelta(seconds=n),
        )
        for n in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE engine_processrun")


@pytest.mark.usefixtures("many_runs")
@pytest.mark.parametrize("filters", [{}, {"process": "parcel"}, {"state": "parked"}, {"state": "done"}])
def test_the_newest_runs_are_read_along_an_index(filters: dict[str, str]) -> None:
    found = plan(runs.recent(**filters), "-created_at", "-id")
    assert "Index Scan using run_" in found
    assert "Seq Scan" not in found


@pytest.mark.parametrize("path", [
    "/api/process/order_to_cash/v1/runs", "/api/process/cases/v1/cases", "/api/process/ledger/v1/entries",
    "/api/process/ledger/v1/trial-balance",
])  # fmt: skip
def test_what_belongs_to_every_channel_is_closed_to_a_client_of_one(path: str) -> None:
    assert Caller(a_key(name="all")).get(path).status_code == 200
    refusal = problem(Caller(a_key(name="web-only", channels=["web"])).get(path))
    assert (refusal["status"], "limited" in refusal["detail"]) == (403, True)
