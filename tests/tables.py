"""The tables are made once, and copied for each of the parallel runners: a second, where making them takes ten."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

MADE = "tables.made"


def begin_with_a_copy(folder: Path) -> None:
    """Have Django begin the test database as a copy of a model; the first runner of all that see `folder` makes it."""
    test, model = connection.settings_dict["TEST"], f"test_{connection.settings_dict['NAME']}_model"
    with _alone(folder):
        if not (folder / MADE).exists():
            _make(model)
            (folder / MADE).write_text(model)
    test["TEMPLATE"] = model


def forget_the_model(folder: Path) -> None:
    """At a runner's end: whoever comes later makes another."""
    with _alone(folder), connection.creation._nodb_cursor() as cursor:
        if (folder / MADE).exists():
            model = connection.ops.quote_name((folder / MADE).read_text())
            cursor.execute(f"DROP DATABASE IF EXISTS {model}")
            (folder / MADE).unlink()


def _make(name: str) -> None:
    test, creation = connection.settings_dict["TEST"], connection.creation
    real, own = str(connection.settings_dict["NAME"]), test["NAME"]
    test["NAME"] = name
    try:
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        creation.destroy_test_db(real, verbosity=0, keepdb=True)  # kept: this only lets go of it
    finally:
        test["NAME"] = own


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "tables.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
