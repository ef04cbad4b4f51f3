"""A session is asked whether it is still there only where that is in doubt."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def onlooker() -> Iterator[psycopg.Connection[tuple[str]]]:
    """Another session of the same database."""
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]) as session:
        session.autocommit = True
        yield session


def _pid() -> int:
    return int(connection.connection.info.backend_pid)


def _last_asked(onlooker: psycopg.Connection[tuple[str]]) -> str:
    [(query,)] = onlooker.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [_pid()]).fetchall()
    return query


def test_a_session_that_answered_a_moment_ago_is_not_asked_again(
    onlooker: psycopg.Connection[tuple[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.is_usable()
    connection.connection.execute("SELECT 'work'")
    monkeypatch.setattr(connection, "_heard_at", time.monotonic() + 60)  # a moment ago, however slow we are
    assert connection.is_usable()
    assert _last_asked(onlooker) == "SELECT 'work'"


def test_a_session_that_lay_unused_is_asked(
    onlooker: psycopg.Connection[tuple[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.is_usable()
    connection.connection.execute("SELECT 'work'")
    monkeypatch.setattr(connection, "_heard_at", time.monotonic() - 60)
    assert connection.is_usable()
    assert _last_asked(onlooker) == "SELECT 1"


def test_a_session_that_the_server_ended_is_no_use(onlooker: psycopg.Connection[tuple[str]]) -> None:
    assert connection.is_usable()
    onlooker.execute("SELECT pg_terminate_backend(%s, 5000)", [_pid()])
    assert not connection.is_usable()
    connection.close()


@transaction.atomic
def test_a_session_whose_transaction_failed_is_no_use() -> None:
    assert connection.is_usable()
    with pytest.raises(DatabaseError):
        connection.cursor().execute("SELECT 1 / 0")
    assert not connection.is_usable()
    connection.set_rollback(True)


def test_a_session_that_we_closed_is_no_use() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
