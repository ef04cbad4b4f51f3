"""What the platform's own database role may do: work with rows, change no table, and never rewrite history."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

LOCK = 7_110_001  # two starts at once must not migrate at once


class Command(BaseCommand):
    help = "Give the application's role its rights, as the owner of the tables. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py grant_app_role --migrate    (DATABASE_URL names the owner of the tables)"
        parser.add_argument("--role", default="retail_app", help="the role web, worker, beat and relay connect as")
        parser.add_argument("--migrate", action="store_true", help="apply migrations first")

    def handle(self, *args: object, role: str, migrate: bool, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # freed when this connection closes
            if migrate:
                call_command("migrate", interactive=False, verbosity=1, stdout=self.stdout)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
            if cursor.fetchone() is None:
                self.stdout.write(
                    f"There is no other role {role}: the platform connects as the owner of its tables, so only "
                    f"triggers guard the books. CREATE ROLE {role} LOGIN PASSWORD '…', run this again, then connect so."
                )
                return
            with transaction.atomic():
                grant(cursor, role=role)
        self.stdout.write(f"{role} may work with rows; {', '.join(settings.APPEND_ONLY_TABLES)} only ever grow")


def grant(cursor: CursorWrapper, *, role: str) -> None:
    """Rows everywhere, no TRUNCATE, no schema; SELECT and INSERT alone where history must stay as it was written."""
    name = connection.ops.quote_name(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {name}",
    ):
        cursor.execute(statement)
    there = set(connection.introspection.table_names(cursor))
    for table in there & set(settings.APPEND_ONLY_TABLES):
        cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {name}")
    if "django_migrations" in there:
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")
