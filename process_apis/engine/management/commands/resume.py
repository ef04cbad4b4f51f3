"""Resume parked runs: one, some, or all of a journey."""

import getpass
import json
from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from process_apis.engine import services
from process_apis.engine.models import ProcessRun, RunState
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError
from retail_platform.kernel.progress import Progress


class Command(BaseCommand):
    help = "Try parked runs again where they stopped, each with the key it had. Their cases are closed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py resume --all --process parcel --dry-run"
        parser.add_argument(
            "runs", nargs="*", type=UUID, metavar="RUN_ID", help="as its case or its page in the admin says"
        )
        parser.add_argument("--all", action="store_true", help="every parked run, oldest first")
        parser.add_argument("--process", default="", help="with --all: of this journey only, for example parcel")
        parser.add_argument("--reason", default="resumed from the command line", help="kept with each case")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document at the end")

    def handle(
        self,
        *args: object,
        runs: list[UUID],
        all: bool,
        process: str,
        reason: str,
        dry_run: bool,
        json: bool,
        **options: object,
    ) -> None:
        if bool(runs) == all:
            raise CommandError("name run ids, or give --all (with --process to limit it)")
        wanted = runs or _parked(process)
        told: list[dict[str, str]] = []
        with Progress(self.stderr, label="resumed", total=len(wanted)) as progress:
            for run_id in wanted:
                told.append({"run": str(run_id), "outcome": _resume(run_id, reason=reason, dry_run=dry_run)})
                progress.add(1)
                if not json:
                    self.stdout.write(f"{run_id}: {told[-1]['outcome']}")
        if json:
            self.stdout.write(_document(told, dry_run=dry_run))
        elif not told:
            self.stdout.write("no run is parked")
        if runs and any(not each["outcome"].startswith(("resumed", "would")) for each in told):
            raise CommandError("some runs could not be resumed; see above")


def _parked(process: str) -> list[UUID]:
    parked = ProcessRun.objects.filter(state=RunState.PARKED, **({"process": process} if process else {}))
    return list(parked.order_by("created_at").values_list("id", flat=True))


def _resume(run_id: UUID, *, reason: str, dry_run: bool) -> str:
    try:
        if dry_run:
            with transaction.atomic():
                run, _ = services.parked(run_id)
            return f"would resume at {run.step}"
        services.resume(run_id=run_id, by=getpass.getuser(), reason=reason, now=clock.now())
    except DomainError as no:
        return no.detail
    return "resumed"


def _document(told: list[dict[str, str]], *, dry_run: bool) -> str:
    resumed = sum(each["outcome"] == "resumed" for each in told)
    return json.dumps({"dry_run": dry_run, "resumed": resumed, "runs": told})
