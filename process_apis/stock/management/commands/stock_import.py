"""`manage.py stock_import FILE`: apply a file of stock movements, or watch the drop folder for them."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from process_apis.stock.files import drop_folder, lines, report, taking
from process_apis.stock.models import StockFile
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.progress import Progress

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Apply a CSV file of stock movements: key,sku,node,units,uom,reason,occurred_at,sequence[,state][,source], and "
        "END,<rows> as its last line. Safe to stop and to start again: it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py stock_import movements.csv --source wms --dry-run"
        parser.add_argument("file", nargs="?", type=Path, help="the file; leave it out with --watch")
        parser.add_argument("--source", default="", help="whose word it is, for example wms; or a column source")
        parser.add_argument("--no-trailer", action="store_true", help="take a file whose last line is not END,<rows>")
        parser.add_argument("--again", action="store_true", help="apply a known file again: what was set aside may fit")
        parser.add_argument("--watch", action="store_true", help=f"watch {settings.STOCK_DROP_FOLDER}/incoming")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, write nothing")
        parser.add_argument("--json", action="store_true", help="print one document for a machine")

    def handle(
        self, *args: object, file: Path | None, source: str, no_trailer: bool, again: bool, watch: bool, dry_run: bool,
        **options: object,
    ) -> None:  # fmt: skip
        if watch:
            self._watch()
            return
        if file is None:
            raise CommandError("name a file, or give --watch")
        try:
            with file.open("rb") as stream, correlation.use(correlation.new()):
                if dry_run:
                    self._try(stream, file.name, source, not no_trailer, as_json=bool(options["json"]))
                else:
                    taken = self._take(stream, file.name, source, not no_trailer, again=again)
                    self._tell(taken, as_json=bool(options["json"]))
        except OSError as failure:
            raise CommandError(f"{file} cannot be read: {failure.strerror}") from failure

    def _take(self, stream: BinaryIO, name: str, source: str, needs_trailer: bool, *, again: bool) -> StockFile:
        taken, new = taking.receive(stream, name=name, source=source, sender="command", needs_trailer=needs_trailer)
        if not new and taken.state == "done" and not again:
            self.stderr.write(
                f"{name} is the file {taken.name} of {taken.received_at:%Y-%m-%d %H:%M} UTC: nothing was changed; "
                "--again applies what was set aside then"
            )
        if again:
            taking.begin_again(taken)
            taken.refresh_from_db()
        if taken.state == "applying":
            done = taken.applied + taken.known + taken.set_aside
            with Progress(self.stderr, label="rows", total=taken.rows) as progress:
                progress.add(done)
                taken = taking.go_on(taken.id, stream, now=clock.now(), told=progress.add)
        return taken

    def _tell(self, file: StockFile, *, as_json: bool) -> None:
        came = report.of(file)
        if as_json:
            self.stdout.write(json.dumps(came, default=str))
        if file.state == "rejected":
            raise CommandError(report.sentence(file), returncode=2)
        if not as_json:
            self.stdout.write(report.sentence(file))
            self._lines([(row["line"], row["field"], row["rule"], row["detail"]) for row in came["lines"]])

    def _try(self, stream: BinaryIO, name: str, source: str, needs_trailer: bool, *, as_json: bool) -> None:
        seen = lines.scan(stream, needs_trailer=needs_trailer, source=source)
        if seen.error:
            raise CommandError(f"{name}: nothing of it would be applied: {seen.error}", returncode=2)
        with Progress(self.stderr, label="rows", total=seen.rows) as progress:
            tried = taking.tried(stream, source=source, told=progress.add)
        refused = [(line, why.field, why.rule, why.detail) for line, why in tried.refused]
        if as_json:
            told = [dict(zip(("line", "field", "rule", "detail"), line, strict=True)) for line in refused]
            self.stdout.write(json.dumps({"rows": tried.rows, "good": tried.good, "lines": told, "dry_run": True}))
            return
        self.stdout.write(f"{name}: {tried.good} of {tried.rows} rows could be applied; nothing was changed")
        self._lines(refused)

    def _lines(self, lines: list[tuple[int, str, str, str]]) -> None:
        for line, field, rule, detail in lines[:SHOWN]:
            self.stdout.write(f"  line {line}, {field or 'columns'}: {rule}: {detail}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  and {len(lines) - SHOWN} more; --json shows them")

    def _watch(self) -> None:
        self.stdout.write(f"watching {settings.STOCK_DROP_FOLDER}/incoming/<source>/*.csv; stop with Ctrl-C")
        folder = drop_folder.Folder(Path(settings.STOCK_DROP_FOLDER))
        try:
            while True:
                for file in folder.look(for_s=60, now=clock.now()):
                    self.stdout.write(report.sentence(file))
                time.sleep(settings.SWEEP_INTERVAL_S)
        except KeyboardInterrupt:
            self.stdout.write("stopped; a file half way is taken up where it was")
