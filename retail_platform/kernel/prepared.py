"""Statements that the database plans once a session: for the few that every order passes through.

In a web process Django binds values on our side (settings/databases.py), so that the database reads and plans each
statement anew, which costs it as much again as carrying it out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def execute(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> psycopg.Cursor[Any]:
    """The cursor after the statement, in the transaction at hand. Raises Django's database errors.

    For statements that never change: each text stays in every session. The ORM's hooks and query log do not see it.
    """
    session = connections[DEFAULT_DB_ALIAS]
    session.validate_no_broken_transaction()
    session.close_if_health_check_failed()
    session.ensure_connection()
    with session.wrap_database_errors:
        return psycopg.Cursor(session.connection).execute(statement, values, prepare=True)
