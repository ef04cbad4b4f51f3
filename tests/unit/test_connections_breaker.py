"""The breaker: when it opens, whom it lets through, when it closes."""

from datetime import UTC, datetime, timedelta

import pytest

from system_apis.connections import breaker
from system_apis.connections.models import BreakerState, Connection
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, SystemFault, Unavailable

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Connection:
    return Connection.objects.create(code="wms", kind="wms", vendor="sandbox", base_url="http://127.0.0.1:9")


def fresh(row: Connection) -> Connection:
    return Connection.objects.get(pk=row.pk)


def calls(row: Connection, fault: SystemFault | None, *, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        breaker.record(row, fault, now=now)


def opened(row: Connection) -> Connection:
    calls(row, Unavailable("down"), times=20)
    return fresh(row)


def test_twenty_faults_open_it(row: Connection) -> None:
    assert opened(row).breaker_state == BreakerState.OPEN


def test_nineteen_faults_are_too_few_to_judge(row: Connection) -> None:
    calls(row, OutcomeUnknown("silence"), times=19)
    assert fresh(row).breaker_state == BreakerState.CLOSED


def test_a_few_faults_among_many_calls_leave_it_closed(row: Connection) -> None:
    calls(row, None, times=70)
    calls(row, Unavailable("down"), times=30)
    assert fresh(row).breaker_state == BreakerState.CLOSED


@pytest.mark.parametrize("fault", [Refused("declined"), ContractBroken("odd")])
def test_an_answer_of_any_kind_does_not_count_as_a_fault(row: Connection, fault: SystemFault) -> None:
    calls(row, fault, times=50)
    assert fresh(row).breaker_state == BreakerState.CLOSED


def test_an_open_breaker_says_when_to_come_back(row: Connection) -> None:
    opened(row)
    with pytest.raises(Unavailable) as refused:
        breaker.admit(fresh(row), now=NOW + timedelta(seconds=10))
    assert refused.value.retry_after_s == 20


def test_after_the_cooldown_one_probe_passes_and_the_next_caller_waits(row: Connection) -> None:
    opened(row)
    later = NOW + timedelta(seconds=31)
    breaker.admit(fresh(row), now=later)
    with pytest.raises(Unavailable):
        breaker.admit(fresh(row), now=later)


def test_a_bad_probe_doubles_the_rest(row: Connection) -> None:
    opened(row)
    later = NOW + timedelta(seconds=31)
    probe = fresh(row)
    breaker.admit(probe, now=later)
    breaker.record(probe, Unavailable("still down"), now=later)
    assert fresh(row).breaker_until == later + timedelta(seconds=60)


def test_one_good_probe_and_five_more_close_it(row: Connection) -> None:
    opened(row)
    later = NOW + timedelta(seconds=31)
    for _ in range(6):
        probe = fresh(row)
        breaker.admit(probe, now=later)
        breaker.record(probe, None, now=later)
    assert fresh(row).breaker_state == BreakerState.CLOSED


def test_a_probe_that_never_came_back_is_replaced(row: Connection) -> None:
    opened(row)
    later = NOW + timedelta(seconds=31)
    breaker.admit(fresh(row), now=later)
    breaker.admit(fresh(row), now=later + timedelta(seconds=breaker.PROBE_LEASE_S + 1))


def test_a_person_has_the_probe_sent_before_the_rest_is_over(row: Connection) -> None:
    opened(row)
    assert breaker.ask_again(row, now=NOW)
    breaker.admit(fresh(row), now=NOW)
    with pytest.raises(Unavailable):
        breaker.admit(fresh(row), now=NOW)  # one probe, as ever
    assert not breaker.ask_again(row, now=NOW)


def test_without_valkey_it_stays_closed(row: Connection, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(call: object) -> object:
        raise breaker.valkey.Down

    monkeypatch.setattr(breaker.valkey, "attempt", down)
    calls(row, Unavailable("down"), times=100)
    assert fresh(row).breaker_state == BreakerState.CLOSED
