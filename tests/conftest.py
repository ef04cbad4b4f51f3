"""What every test may ask for."""

from collections.abc import Iterator

import pgtrigger
import pytest
from django.db import transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from retail_platform.kernel.machine.running import Running
from system_apis.transport import client
from tests.demonstration import demonstration
from tests.sandbox_process import SandboxProcess
from tests.stack import a_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """The whole platform, running: `stack.ready["url"]`, `stack.pid("worker")`, `stack.kill("worker")`.

    Mark what uses it with `@pytest.mark.xdist_group("stack")`, so that one of the parallel runners has the one stack.
    """
    with a_stack() as running:
        yield running


@pytest.fixture(autouse=True)
def no_line_to_a_vendor_is_left_open() -> Iterator[None]:
    """Each test makes connections of its own; lines are kept for each, and thousands would be open in the end."""
    yield
    while client._sessions:
        client._sessions.popitem()[1].close()


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The database and a sandbox as `manage.py seed` leaves them, for the tests of one module."""
    state = tmp_path_factory.mktemp("sandbox")
    with (
        SandboxProcess(state) as sandbox,
        django_db_blocker.unblock(),
        transaction.atomic(),
        demonstration(sandbox),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded: None, db: None) -> None:
    """The seeded platform, for one test: what the test changes there is gone afterwards."""


@pytest.fixture(scope="session", autouse=True)
def books_can_be_emptied_between_tests() -> Iterator[None]:
    """The append-only books refuse to be emptied; the flush after a transactional test, and only it, may do so."""
    flush = TransactionTestCase._fixture_teardown

    def flush_unguarded(case: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_unguarded)
        yield
