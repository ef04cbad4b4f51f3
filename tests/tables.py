"""The tables of the tests: made once, copied for each of the parallel runners, and put back as migrations left them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pgtrigger
from django.db import connection, transaction

MADE = "tables.made"
_OURS = """
    SELECT oid::regclass::text AS full_name, relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
"""
_REMEMBER = f"""
DO $$
DECLARE
    ours record;
    any_row boolean;
BEGIN
    DROP SCHEMA IF EXISTS as_made CASCADE;
    CREATE SCHEMA as_made;
    FOR ours IN {_OURS} LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || ours.full_name || ')' INTO any_row;
        IF any_row THEN
            EXECUTE 'CREATE TABLE as_made.' || quote_ident(ours.relname) || ' AS TABLE ' || ours.full_name;
        END IF;
    END LOOP;
END $$
"""
_AS_MADE = f"""
DO $$
DECLARE
    ours record;
    written text[] := '{{}}';
    any_row boolean;
BEGIN
    FOR ours IN {_OURS} LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || ours.full_name || ')' INTO any_row;
        IF any_row THEN written := written || ours.full_name; END IF;
    END LOOP;
    IF written <> '{{}}' THEN EXECUTE 'TRUNCATE ' || array_to_string(written, ', ') || ' CASCADE'; END IF;
    FOR ours IN SELECT relname FROM pg_class WHERE relnamespace = 'as_made'::regnamespace AND relkind = 'r' LOOP
        EXECUTE 'INSERT INTO ' || quote_ident(ours.relname)
            || ' SELECT * FROM as_made.' || quote_ident(ours.relname);
    END LOOP;
END $$
"""


def remember() -> None:
    """Lay aside what migrations wrote, before any test writes something."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER)


def as_made() -> None:
    """Empty the tables in which a test left something, and write again what migrations wrote."""
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AS_MADE)


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
