"""`manage.py schemas`: check the published JSON Schemas against the code, or publish them anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from canonical import publishing


class Command(BaseCommand):
    help = "Check that canonical/schemas/ says what the code does and breaks nobody; --publish writes the files."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py schemas --publish"
        parser.add_argument(
            "--publish", action="store_true", help="write the files, unless a change would break someone"
        )

    def handle(self, *args: object, publish: bool, **options: Any) -> None:
        if broken := publishing.breaking():
            raise CommandError(
                "these changes break who relies on a published shape; raise the version in canonical/publishing.py:\n  "
                + "\n  ".join(broken)
            )
        stale = publishing.unpublished()
        if stale and not publish:
            raise CommandError(
                f"not published: {', '.join(stale)}; run manage.py schemas --publish and commit the files"
            )
        for name in stale:
            publishing.FOLDER.mkdir(exist_ok=True)
            (publishing.FOLDER / name).write_text(publishing.text(publishing.current()[name]))
        self.stdout.write(f"{len(publishing.current())} schemas stand; {len(stale)} written")
