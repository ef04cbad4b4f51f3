"""The state directory: made once, kept, private; ports that move on."""

import socket
import stat
from pathlib import Path

import pytest

from retail_platform.kernel.supervisor.state import AlreadyRunning, State


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    for name in ("DATABASE_URL", "VALKEY_URL", "RETAIL_SECRET_KEY", "RETAIL_CREDENTIAL_KEYS", "RETAIL_WEB_PORT"):
        monkeypatch.delenv(name, raising=False)
    return State(tmp_path / "a state with spaces")


def test_a_second_start_keeps_every_secret(state: State) -> None:
    state.ensure()
    env, servers = state.env, state.servers

    state.ensure()

    assert (state.env, state.servers) == (env, servers)


@pytest.mark.parametrize("name", ["env", "servers"])
def test_nobody_else_can_read_the_secrets(state: State, name: str) -> None:
    state.ensure()

    assert stat.S_IMODE((state.path / name).stat().st_mode) == 0o600


def test_a_taken_port_moves_on_to_the_next_free_one(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        first = other.getsockname()[1]
        monkeypatch.setenv("RETAIL_WEB_PORT", str(first))

        state.ensure()

    assert int(state.servers["WEB_PORT"]) > first
    assert state.env["RETAIL_URL"].endswith(state.servers["WEB_PORT"])


def test_the_processes_are_not_told_the_owner_s_password(state: State) -> None:
    state.ensure()

    assert state.servers["OWNER_PASSWORD"] not in (state.path / "env").read_text()


def test_an_address_of_one_s_own_replaces_the_embedded_server(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    state.ensure()
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/retail")

    assert not state.embedded("DATABASE_URL")


def test_a_copy_of_the_embedded_address_in_the_environment_is_still_the_embedded_server(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.ensure()
    monkeypatch.setenv("DATABASE_URL", state.env["DATABASE_URL"])

    assert state.embedded("DATABASE_URL")


def test_a_state_is_held_by_one_at_a_time(state: State) -> None:
    with state.lock(), pytest.raises(AlreadyRunning):
        state.lock()


def test_a_first_start_has_moved_from_nowhere(state: State) -> None:
    state.ensure()

    assert not state.moved()


def test_a_start_on_the_ports_of_the_one_before_has_not_moved(state: State) -> None:
    state.ensure()
    state.settled()

    state.ensure()

    assert not state.moved()


@pytest.mark.parametrize("name", ["WEB_PORT", "SANDBOX_PORT"])
def test_a_start_on_another_port_than_the_one_before_has_moved(state: State, name: str) -> None:
    state.ensure()
    state.settled()

    state.remember(**{name: "1"})

    assert state.moved()
