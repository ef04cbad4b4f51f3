"""`manage.py stock_snapshots`: ask now what each node has, and hold it against the book."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from process_apis.catalog.models import Node
from process_apis.stock.checking import snapshots
from process_apis.stock.checking.snapshots import Answer
from retail_platform.kernel import correlation
from retail_platform.kernel.problem import DomainError
from retail_platform.kernel.progress import Progress
from system_apis.errors import SystemFault


class Command(BaseCommand):
    help = "Fetch the stock of each node from its owner and compare it with the book. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py stock_snapshots --node WH-1 --dry-run"
        parser.add_argument("--node", default="", help="one node only, for example WH-1")
        parser.add_argument("--source", default="", help="ask this system, not the owner: it is compared, not applied")
        parser.add_argument("--dry-run", action="store_true", help="say who would be asked, ask nobody")
        parser.add_argument("--json", action="store_true", help="print one document for a machine")

    def handle(self, *args: object, node: str, source: str, dry_run: bool, **options: object) -> None:
        active = list(Node.objects.filter(active=True).order_by("rank", "code").values_list("code", flat=True))
        if node and node not in active:
            raise CommandError(f"no active node {node}; there are {', '.join(active[:20])}")
        nodes = [node] if node else active
        if dry_run:
            self.stdout.write(f"would ask {source or 'the owner'} of each of {len(nodes)} nodes: {', '.join(nodes)}")
            return
        answers: list[dict[str, Any]] = []
        with Progress(self.stderr, label="nodes", total=len(nodes)) as progress:
            for each in nodes:
                with correlation.use(correlation.new()):
                    answers.append(_asked(each, source))
                progress.add()
        self._tell(answers, as_json=bool(options["json"]))
        if failed := [answer["node"] for answer in answers if answer["error"]]:
            raise CommandError(f"{len(failed)} of {len(nodes)} nodes could not be compared: {', '.join(failed)}")

    def _tell(self, answers: list[dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"nodes": answers}))
            return
        for answer in answers:
            compared = answer["compared"]
            said = answer["error"] or answer["detail"]
            if compared:
                said = "{agreed} agree, {adjusted} adjusted, {varied} to be judged".format(**compared)
                said += "" if answer["owner"] else " (compared only)"
            self.stdout.write(f"  {answer['node']:<12} {answer['source']:<10} {said}")


def _asked(node: str, source: str) -> dict[str, Any]:
    try:
        return {**asdict(snapshots.ask(node, source=source)), "error": ""}
    except (SystemFault, DomainError) as failure:
        return {**asdict(Answer(node, source, False, None)), "error": f"{type(failure).__name__}: {failure}"}
