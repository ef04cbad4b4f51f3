"""What must be true around the platform, checked one by one. Every finding says what to do next."""

import shutil
import sys
from collections.abc import Iterator
from typing import NamedTuple

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from retail_platform.kernel.supervisor import bootstrap, ports
from retail_platform.kernel.supervisor.state import State

ENOUGH_DISK_MB = 1_000
OLDEST_POSTGRES = 160_000
START = "python3 manage.py up starts it; or set {} to a server of your own"


class Finding(NamedTuple):
    """One check: what it saw, and what to do next if that is not as it must be."""

    name: str
    ok: bool
    saw: str
    do_next: str


def machine() -> Iterator[Finding]:
    """This computer: Python, packages, disk, ports."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    fresh = bootstrap.fresh()
    saw = "as locked" if fresh else "not installed from this requirements.lock"
    yield Finding("packages", fresh, saw, "run any command with the system's python3: it renews .venv")
    state = State.here()
    free_mb = shutil.disk_usage(state.at("x").parent).free // 1_000_000
    yield Finding(
        "disk", free_mb > ENOUGH_DISK_MB, f"{free_mb} MB free", f"free {ENOUGH_DISK_MB} MB, or set RETAIL_STATE"
    )
    if state.running():
        yield Finding("ports", True, f"in use by this platform: {state.env.get('RETAIL_URL', '')}", "")
        return
    taken = [f"{name} {port}" for name, port in state.servers.items() if name.endswith("_PORT") and not _free(port)]
    saw = f"taken by others: {', '.join(taken)}; up moves on to the next free one" if taken else "free"
    yield Finding("ports", True, saw, "")


def servers() -> Iterator[Finding]:
    """PostgreSQL and Valkey, wherever they are."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_user")
            version, role = cursor.fetchone()
    except DatabaseError as failure:
        yield Finding("database", False, str(failure).splitlines()[0], START.format("DATABASE_URL"))
    else:
        saw = f"PostgreSQL {version // 10_000}.{version % 100} as {role}"
        yield Finding("database", version >= OLDEST_POSTGRES, saw, "use PostgreSQL 16 or newer")
        yield _migrations()
        yield _append_only()
    yield _broker()


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    saw = f"{len(missing)} not applied, the first {missing[0]}" if missing else "all applied"
    return Finding("migrations", not missing, saw, "as the tables' owner: python3 manage.py grant_app_role --migrate")


def _append_only() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relname = ANY(%s)"
            " AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE'))",
            [list(settings.APPEND_ONLY_TABLES)],
        )
        open_tables = sorted(name for (name,) in cursor.fetchall())
    saw = f"this role may rewrite {', '.join(open_tables)}" if open_tables else "this role can only add"
    return Finding("history", not open_tables, saw, "connect as a role of its own: python3 manage.py grant_app_role")


def _broker() -> Finding:
    try:
        with redis.Redis.from_url(settings.VALKEY_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            policy = str(client.info("memory")["maxmemory_policy"])
    except redis.RedisError as failure:
        return Finding("broker", False, str(failure), START.format("VALKEY_URL"))
    return Finding(
        "broker", policy == "noeviction", f"maxmemory-policy {policy}", "CONFIG SET maxmemory-policy noeviction"
    )


def _free(port: str) -> bool:
    return ports.is_free(int(port))
