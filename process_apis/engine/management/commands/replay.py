"""Tell facts again, from the inbox or from those set aside."""

import getpass
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from process_apis.engine import replay
from process_apis.engine.replay import Replayed
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact, FactState
from retail_platform.kernel.progress import Progress


class Command(BaseCommand):
    help = "Read again what came in, or deliver facts that were set aside. What was done before is not done again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py replay --day 2026-03-02 --dry-run"
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--inbox", type=UUID, metavar="ID", help="one message of the inbox")
        what.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="all messages of a day (UTC)")
        what.add_argument("--facts", action="store_true", help="facts whose listener failed until they were set aside")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document at the end")

    def handle(
        self,
        *args: object,
        inbox: UUID | None,
        day: date | None,
        facts: bool,
        dry_run: bool,
        json: bool,
        **options: object,
    ) -> None:
        total = _stuck() if facts else replay.messages_of(inbox_id=inbox, day=day).count()
        if inbox is not None and not total:
            raise CommandError(f"the inbox holds no message {inbox}; copy its id from the admin or a trace")
        done: list[Replayed] = []
        with Progress(self.stderr, label="replayed", total=total) as progress:
            for each in _each(inbox=inbox, day=day, facts=facts, dry_run=dry_run):
                done.append(each)
                progress.add(1)
                if not json:
                    self.stdout.write(f"{each.fact} {each.id}: {each.outcome}")
        if json:
            self.stdout.write(_document(done, dry_run=dry_run))
        else:
            new = sum(each.new for each in done)
            self.stdout.write(f"{len(done)} told again, {len(done) - new} of them no-ops{_dry(dry_run)}")


def _stuck() -> int:
    return Fact.objects.filter(state=FactState.STUCK).count()


def _each(*, inbox: UUID | None, day: date | None, facts: bool, dry_run: bool) -> Iterator[Replayed]:
    if facts:
        yield from replay.deliver_stuck(dry_run=dry_run, by=getpass.getuser(), now=clock.now())
        return
    for message in replay.messages_of(inbox_id=inbox, day=day).iterator(chunk_size=500):
        yield replay.tell_again(message, dry_run=dry_run)


def _document(done: list[Replayed], *, dry_run: bool) -> str:
    no_ops = sum(not each.new for each in done)
    return json.dumps(
        {"dry_run": dry_run, "replayed": len(done), "no_ops": no_ops, "items": [asdict(each) for each in done]}
    )


def _dry(dry_run: bool) -> str:
    return "; a dry run, nothing was changed" if dry_run else ""
