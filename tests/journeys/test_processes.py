"""The platform as it is started for people: real servers, real processes, and a kill -9 for each of them."""

import time
from collections.abc import Callable

import psycopg
import pytest
import requests
from psycopg.errors import InsufficientPrivilege

from retail_platform.kernel.machine.running import Running
from retail_platform.kernel.supervisor import memory

PROCESSES = ("postgres", "valkey", "sandbox", "web", "worker", "beat", "relay")


def until(true: Callable[[], object], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"it did not happen within {within_s} s"
        time.sleep(0.1)


def is_ready(stack: Running) -> bool:
    try:
        return requests.get(f"{stack.ready['url']}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def test_every_process_runs(stack: Running) -> None:
    assert all(stack.pid(name) for name in PROCESSES)


def test_the_whole_of_it_stays_under_800_megabytes(stack: Running) -> None:
    assert memory.pss_mb(stack.ready["supervisor"]) < 800


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_comes_back_by_itself(stack: Running, name: str) -> None:
    before = stack.pid(name)

    stack.kill(name)

    until(lambda: stack.pids().get(name, before) != before, within_s=15)
    until(lambda: is_ready(stack), within_s=30)


def test_the_application_s_own_role_cannot_rewrite_the_books(stack: Running) -> None:
    with psycopg.connect(stack.state.env["DATABASE_URL"]) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("DELETE FROM ledger_journalentry")


def test_the_application_s_own_role_cannot_empty_a_table(stack: Running) -> None:
    with psycopg.connect(stack.state.env["DATABASE_URL"]) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("TRUNCATE orders_order CASCADE")
