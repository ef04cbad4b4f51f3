"""A folder that files of movements are dropped into: incoming/<source>/x.csv → working → done or failed.

A file is claimed by renaming it, which only one process can. While it is worked on it is locked; the lock ends with
its holder, so that whatever was killed is taken up by the next to look. Beside each file lies its report when it is
done. Write a file under another ending and rename it to .csv, or end it with its trailer: half of one is rejected.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

import structlog
from django.conf import settings

from process_apis.stock.files import report, taking
from process_apis.stock.models import StockFile
from retail_platform.kernel import clock, correlation

SETTLES_S = 2.0  # a file that changed more recently may still be being written
log = structlog.get_logger("stock")
_last_failure = ""


class Folder:
    """One drop folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.incoming, self.working = path / "incoming", path / "working"

    def look(self, *, for_s: float, now: datetime) -> list[StockFile]:
        """Claim what lies there, and work for so many seconds. Returns the files that came to their end."""
        for name in ("incoming", "working", "done", "failed"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        self._claim()
        ended, until = [], time.monotonic() + for_s
        for path in sorted(self.working.glob("*__*.csv")):
            if time.monotonic() > until:
                break
            with suppress(FileNotFoundError), _locked(path) as stream:
                if stream and (file := self._work(path, stream, for_s=until - time.monotonic(), now=now)):
                    ended.append(file)
        return ended

    def _claim(self) -> None:
        """The folder below incoming/ names the source of its files; those beside it name it in each row."""
        for path in [*sorted(self.incoming.glob("*.csv")), *sorted(self.incoming.glob("*/*.csv"))]:
            with suppress(FileNotFoundError):  # another process was faster
                if path.is_file() and time.time() - path.stat().st_mtime > SETTLES_S:
                    source = "" if path.parent == self.incoming else path.parent.name
                    path.rename(self.working / f"{uuid4()}__{source}__{path.name}"[-255:])

    def _work(self, path: Path, stream: BinaryIO, *, for_s: float, now: datetime) -> StockFile | None:
        file_id, source, name = path.name.split("__", 2)
        file = StockFile.objects.defer("content").filter(id=file_id).first()
        again = False
        if file is None:
            needs = settings.STOCK_FILES_NEED_TRAILER
            with correlation.use(correlation.new()):
                file, new = taking.receive(
                    stream, name=name, source=source, sender="drop folder", file_id=UUID(file_id), needs_trailer=needs
                )
            again = not new
        if file.state == "applying":
            with correlation.use(file.correlation_id):
                file = taking.go_on(file.id, stream, for_s=for_s, now=now)
        if file.state != "applying":
            self._put_away(path, file, name, again=again)
            return file
        return None

    def _put_away(self, path: Path, file: StockFile, name: str, *, again: bool) -> None:
        to = self.path / ("done" if file.state == "done" else "failed")
        stem = f"{path.name[:8]}-{name}"
        report.write(file, to / f"{stem}.report.json")
        path.rename(to / stem)
        told = "known_already" if again else file.state
        log.info("stock_file", outcome=told, file=str(file.id), report=report.sentence(file))


def look() -> int:
    """One round over the configured folder and the files that came by API. Returns how many came to their end."""
    global _last_failure
    try:
        ended = len(Folder(Path(settings.STOCK_DROP_FOLDER)).look(for_s=settings.STOCK_FILES_S, now=clock.now()))
    except OSError as failure:  # no room, no permission: whoever calls has more to do than this
        if str(failure) != _last_failure:  # once, not each second
            log.error("drop_folder_out_of_order", folder=str(settings.STOCK_DROP_FOLDER), error=str(failure))
        ended, _last_failure = 0, str(failure)
    return ended + taking.go_on_with_kept(for_s=settings.STOCK_FILES_S, now=clock.now())


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO | None]:
    """The file to read, or None while another process has it."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield stream if path.exists() else None  # it was put away while we opened it
