"""What every test may ask for."""

from collections.abc import Iterator

import pgtrigger
import pytest
from django.test import TransactionTestCase

from retail_platform.kernel.machine.running import Running
from tests.stack import a_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """The whole platform, running: `stack.ready["url"]`, `stack.pid("worker")`, `stack.kill("worker")`.

    Mark what uses it with `@pytest.mark.xdist_group("stack")`, so that one of the parallel runners has the one stack.
    """
    with a_stack() as running:
        yield running


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
