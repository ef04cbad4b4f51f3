"""A database of its own beside the configured one, made for one benchmark and dropped after it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, connections


@contextmanager
def scratch_database() -> Iterator[str]:
    """Migrated and empty; the connections of this process lead there meanwhile. Yields its URL."""
    here = settings.DATABASES["default"]
    name = f"bench_{os.getpid()}"
    url = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    environment = {**os.environ, "DATABASE_URL": url}
    before = here["NAME"]
    try:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=environment, cwd=Path(__file__).resolve().parent.parent, check=True)
        connection.close()
        connections["default"].settings_dict["NAME"] = name
        yield urlunsplit(urlsplit(url))
    finally:
        connection.close()
        connections["default"].settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute(_END_SESSIONS, [name])  # FORCE would stumble over autovacuum, which is not ours to end
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
