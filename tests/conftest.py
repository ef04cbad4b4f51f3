"""What every test may ask for."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from retail_platform.kernel.machine.running import Running
from system_apis.transport import client
from tests import beside, tables
from tests.demonstration import demonstration
from tests.sandbox_process import SandboxProcess
from tests.stack import a_stack, rest, wake

_stacks: list[Running] = []  # of this runner: one, or none yet


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Journeys mostly wait: begun first, they leave the machine to the other runners all the time, not at the end.

    Two runners have them, the second fewer, so that no third starts a platform: each is dealt an equal part in this
    order, and who has done theirs takes from the end of another's.
    """
    if not hasattr(config, "workerinput"):
        return
    journeys = [item for item in items if "journeys" in item.path.parts]
    others = [item for item in items if "journeys" not in item.path.parts]
    of_the_second = set(sorted({item.path for item in journeys})[1::3])
    first = [item for item in journeys if item.path not in of_the_second]
    second = [item for item in journeys if item.path in of_the_second]
    between = max(0, len(items) // config.workerinput["workercount"] - len(first))
    items[:] = [*first, *others[:between], *second, *others[between:]]


def pytest_collection_finish() -> None:
    """What there is by now stays for ever: not to be looked through again each time garbage is collected."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """The whole platform, running: `stack.ready["url"]`, `stack.pid("worker")`, `stack.kill("worker")`.

    Each of the parallel runners has one, from the first test that asks for it; it rests while other tests run.
    """
    with a_stack() as running:
        _stacks.append(running)
        yield running
        wake(_stacks.pop())
        beside.end(running)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whoever asks for the stack finds it awake."""
    for running in _stacks:
        (wake if "stack" in getattr(item, "fixturenames", ()) else rest)(running)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """pytest-django asks for this before it makes the test database."""
    folder = tmp_path_factory.getbasetemp().parent  # that all parallel runners see
    if django_db_keepdb or not hasattr(request.config, "workerinput"):
        yield
        return
    with django_db_blocker.unblock():
        tables.begin_with_a_copy(folder)
    yield
    with django_db_blocker.unblock():
        tables.forget_the_model(folder)


@pytest.fixture(autouse=True)
def no_line_to_a_vendor_is_left_open() -> Iterator[None]:
    """Each test makes connections of its own; lines are kept for each, and thousands would be open in the end."""
    yield
    while client._sessions:
        client._sessions.popitem()[1].close()


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_up_once() -> Iterator[None]:
    """Each new test client builds the middleware anew, which would look through a thousand files each time."""
    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_in_few_rounds() -> Iterator[None]:
    """A million rounds, a third of a second for each password, keep guesses slow; here nobody guesses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
        yield


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, and a copy of what migrations wrote there, for after it was emptied."""
    with django_db_blocker.unblock():
        tables.remember()


@pytest.fixture(scope="session", autouse=True)
def books_can_be_emptied_between_tests() -> Iterator[None]:
    """The append-only books refuse to be emptied; after a transactional test, and only there, they may be.

    Django's own flush empties two hundred tables and makes all permissions anew; a test leaves rows in ten.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: tables.as_made())
        yield
