"""What every vendor's adapter must do, whatever it speaks: the same tests for each write and each read of each port.

A module of tests names its calls in a fixture `write` or `read` and subclasses EveryWrite or EveryRead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest

from system_apis.connections import breaker
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, SystemFault, Unavailable
from system_apis.terms import CallKey
from system_apis.transport import client
from tests.sandbox_process import SandboxProcess

MISSHAPEN = ("<html>down</html>", "", "null", "[]", "{}", '{"id": NaN}', '{"id": 7}', '{"id": "x", "amount": "1"}')


@dataclass(frozen=True)
class Call:
    """One operation of a port. `act(port, key)` makes the call, `port(connection)` the port."""

    kind: str
    operation: str
    port: Callable[[Connection], Any]
    act: Callable[[Any, CallKey], Any]
    connection: Connection
    look_up: str = ""  # the read that tells whether an earlier attempt arrived
    storms: bool = True  # may be called many times with as many keys
    logged_as: str = ""  # what the vendor names the effect by, where that is not our key

    def __call__(self, key: CallKey) -> Any:
        return self.act(self.port(self.connection), key)


def a_key() -> CallKey:
    return CallKey(uuid4().hex)


def again(key: CallKey, *, age_s: float = 1.0) -> CallKey:
    """The key of a later attempt."""
    return CallKey(key.value, tried_before=True, last_tried_at=datetime.now(UTC) - timedelta(seconds=age_s))


def effects_of(sandbox: SandboxProcess, write: Call, key: CallKey | None = None) -> int:
    named = {"key": write.logged_as or key.value} if key else {}
    return len(sandbox.effects(system=write.kind, operation=write.operation, **named))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter deadline, so that slowness costs the tests little."""
    monkeypatch.setattr(client, "TOTAL_S", 0.6)


class EveryWrite:
    """A write sent twice under one key happens once, whatever became of the first answer."""

    def test_happens_once_when_sent_once(self, sandbox: SandboxProcess, write: Call) -> None:
        write(a_key())

        assert effects_of(sandbox, write) == 1

    def test_the_same_key_twice_is_one_effect_and_the_same_answer(self, sandbox: SandboxProcess, write: Call) -> None:
        key = a_key()

        first, second = write(key), write(again(key))

        assert first == second
        assert effects_of(sandbox, write) == 1

    @pytest.mark.parametrize("kind", ["cut", "error_after"])
    def test_a_lost_answer_is_an_unknown_outcome_and_its_repeat_one_effect(
        self, sandbox: SandboxProcess, write: Call, kind: str
    ) -> None:
        key = a_key()
        sandbox.fault(write.kind, kind, operation=write.operation, count=1)

        with pytest.raises(OutcomeUnknown):
            write(key)
        write(again(key))

        assert effects_of(sandbox, write) == 1

    @pytest.mark.parametrize("kind", ["slow", "drip"])
    def test_an_answer_after_the_deadline_is_an_unknown_outcome_and_its_repeat_one_effect(
        self, sandbox: SandboxProcess, write: Call, kind: str, hurried: None
    ) -> None:
        key, started = a_key(), datetime.now(UTC)
        sandbox.fault(write.kind, kind, operation=write.operation, count=1, seconds=1.5)

        with pytest.raises(OutcomeUnknown):
            write(key)
        took = datetime.now(UTC) - started
        write(again(key))

        assert took < timedelta(seconds=1.6)
        assert effects_of(sandbox, write) == 1

    @pytest.mark.parametrize("kind", ["error", "drop"])
    def test_a_failure_before_the_effect_is_not_taken_for_a_success(
        self, sandbox: SandboxProcess, write: Call, kind: str
    ) -> None:
        key = a_key()
        sandbox.fault(write.kind, kind, operation=write.operation, count=1)

        with pytest.raises(OutcomeUnknown):
            write(key)
        assert effects_of(sandbox, write) == 0
        write(again(key))

        assert effects_of(sandbox, write) == 1

    @pytest.mark.parametrize("body", MISSHAPEN)
    def test_a_misshapen_answer_is_a_broken_contract_and_its_repeat_one_effect(
        self, sandbox: SandboxProcess, write: Call, body: str
    ) -> None:
        key = a_key()
        sandbox.fault(write.kind, "garbage", operation=write.operation, count=1, body=body)

        with pytest.raises(ContractBroken):
            write(key)
        write(again(key))

        assert effects_of(sandbox, write) == 1

    @pytest.mark.parametrize(
        ("header", "shortest", "longest"),
        [
            ("3", 3, 3),
            ("0", 1, 1),
            ("86400", 300, 300),
            ("soon, promised", 1, 300),
            pytest.param(format_datetime(datetime.now(UTC) + timedelta(hours=9)), 300, 300, id="a date"),
            ("-5", 1, 300),
        ],
    )
    def test_too_many_requests_says_for_how_long_within_bounds(
        self, sandbox: SandboxProcess, write: Call, header: str, shortest: float, longest: float
    ) -> None:
        sandbox.fault(write.kind, "rate_limit", operation=write.operation, count=1, retry_after_s=header)

        with pytest.raises(Unavailable) as told:
            write(a_key())

        assert told.value.retry_after_s is not None
        assert shortest <= told.value.retry_after_s <= longest
        assert effects_of(sandbox, write) == 0

    def test_out_of_service_took_nothing(self, sandbox: SandboxProcess, write: Call) -> None:
        sandbox.fault(write.kind, "refuse", operation=write.operation, count=1)

        with pytest.raises(Unavailable):
            write(a_key())

        assert effects_of(sandbox, write) == 0

    def test_wrong_credentials_are_refused_and_change_nothing(self, sandbox: SandboxProcess, write: Call) -> None:
        write.connection.credentials = dict.fromkeys(write.connection.credentials, "wrong-credential")

        with pytest.raises(Refused):
            write(a_key())

        assert effects_of(sandbox, write) == 0

    def test_of_many_writes_in_a_storm_each_happens_once(self, sandbox: SandboxProcess, write: Call) -> None:
        for kind, rate in (("cut", 0.15), ("error_after", 0.15), ("drop", 0.15), ("refuse", 0.15), ("error", 0.1)):
            sandbox.fault(write.kind, kind, rate=rate, seed=len(kind))
        keys = [a_key() for _ in range(30 if write.storms else 1)]

        for key in keys:
            _until_done(write, key)

        assert [effects_of(sandbox, write, key) for key in keys] == [1] * len(keys)


class LooksUpFirst:
    """For a vendor that keeps no keys: a repeat is sent only once a look-up said that nothing arrived."""

    def test_a_look_up_that_fails_sends_nothing(self, sandbox: SandboxProcess, write: Call) -> None:
        key = a_key()
        sandbox.fault(write.kind, "cut", operation=write.operation, count=1)
        sandbox.fault(write.kind, "error", operation=write.look_up, count=1)

        with pytest.raises(OutcomeUnknown):
            write(key)
        with pytest.raises(Unavailable):
            write(again(key))
        write(again(key))

        assert effects_of(sandbox, write) == 1


class EveryRead:
    """A read that fails may be asked again; one that answers nonsense stops for a person."""

    def test_answers(self, read: Call) -> None:
        assert read(a_key()) is not None

    @pytest.mark.parametrize("kind", ["cut", "error", "error_after", "refuse", "rate_limit", "drop"])
    def test_no_answer_is_unavailable(self, sandbox: SandboxProcess, read: Call, kind: str) -> None:
        sandbox.fault(read.kind, kind, operation=read.operation, count=1)

        with pytest.raises(Unavailable):
            read(a_key())

    def test_a_slow_answer_is_unavailable(self, sandbox: SandboxProcess, read: Call, hurried: None) -> None:
        sandbox.fault(read.kind, "slow", operation=read.operation, count=1, seconds=1.5)

        with pytest.raises(Unavailable):
            read(a_key())

    @pytest.mark.parametrize("body", MISSHAPEN)
    def test_a_misshapen_answer_is_a_broken_contract(self, sandbox: SandboxProcess, read: Call, body: str) -> None:
        sandbox.fault(read.kind, "garbage", operation=read.operation, count=1, body=body)

        with pytest.raises(ContractBroken):
            read(a_key())

    def test_an_endless_answer_is_a_broken_contract(self, sandbox: SandboxProcess, read: Call) -> None:
        sandbox.fault(read.kind, "flood", operation=read.operation, count=1)

        with pytest.raises(ContractBroken):
            read(a_key())

    def test_wrong_credentials_are_refused(self, read: Call) -> None:
        read.connection.credentials = dict.fromkeys(read.connection.credentials, "wrong-credential")

        with pytest.raises(Refused):
            read(a_key())


def _until_done(write: Call, key: CallKey) -> None:
    for attempt in range(40):
        try:
            write(key if attempt == 0 else again(key))
        except (Unavailable, OutcomeUnknown):
            breaker.close(write.connection)  # the storm is meant to go on
        except SystemFault as broken:
            pytest.fail(f"{type(broken).__name__}: {broken}")
        else:
            return
    pytest.fail("40 attempts did not get through the storm")
