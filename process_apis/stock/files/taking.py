"""Files of movements, taken once and applied in chunks: a kill at any line loses nothing and doubles nothing.

A file is looked at whole before its first row is applied; one that is cut off is rejected. Then each chunk is one
commit: its movements, what of it is set aside, and how far the file is. Whoever goes on begins where that says.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from canonical.stock import StockMovement, ToldMovement
from process_apis.stock.files import lines
from process_apis.stock.files.lines import Row
from process_apis.stock.incoming import aside, bulk, intake, settling
from process_apis.stock.incoming.told import Outcome
from process_apis.stock.models import StockFile, StockFileLine
from retail_platform.kernel import correlation
from retail_platform.kernel.problem import NotFound

Judged = list[tuple[Row, StockMovement | Outcome]]


class NoSuchFile(NotFound):
    """There is no file of movements with this id, or it is not yours to see."""

    title = "There is no such file"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a file would do: nothing of it was written."""

    rows: int
    good: int
    refused: list[tuple[int, Outcome]]


def receive(
    stream: BinaryIO, *, name: str, source: str = "", sender: str = "", only_nodes: Collection[str] = (),
    needs_trailer: bool = True, keep: bool = False, file_id: UUID | None = None,
) -> tuple[StockFile, bool]:  # fmt: skip
    """Take a file whose bytes nobody sent before; False for one that is known. A rejected one is kept as such.

    `keep` keeps the content with the record, for whoever cannot read the stream later.
    """
    seen = lines.scan(stream, needs_trailer=needs_trailer, source=source)
    content = None
    if keep and not seen.error:
        stream.seek(0)
        content = stream.read()
    return StockFile.objects.get_or_create(
        digest=seen.digest, source=source,
        defaults={
            "id": file_id or uuid4(), "name": name[:200], "sender": sender, "only_nodes": sorted(only_nodes),
            "content": content, "state": "rejected" if seen.error else "applying", "error": seen.error[:500],
            "rows": seen.rows, "correlation_id": correlation.current(),
        },
    )  # fmt: skip


def begin_again(file: StockFile) -> None:
    """Apply a finished file once more: what was set aside may fit by now, what was applied is known."""
    StockFileLine.objects.filter(file=file).delete()
    StockFile.objects.filter(id=file.id, state="done").update(
        state="applying", offset=0, line=0, applied=0, known=0, contradicted=0, set_aside=0, finished_at=None
    )


def go_on(
    file_id: UUID,
    stream: BinaryIO,
    *,
    now: datetime,
    for_s: float = 86_400,
    told: Callable[[int], None] = lambda _: None,
) -> StockFile:
    """Apply the rest of a file, as much of it as may be begun within so many seconds. `told` hears of each chunk."""
    top, until = lines.header(stream), time.monotonic() + for_s
    while True:
        with transaction.atomic():
            file = StockFile.objects.select_for_update().defer("content").get(id=file_id)
            if file.state != "applying":
                return file
            told(_apply_chunk(file, stream, top, now=now))
        if file.state != "applying" or time.monotonic() > until:
            return file


def go_on_with_kept(*, for_s: float, now: datetime) -> int:
    """Go on with files that no folder holds, the oldest first. Returns how many came to their end."""
    ended, until = 0, time.monotonic() + for_s
    waiting = StockFile.objects.filter(state="applying", content__isnull=False).order_by("received_at")
    for file in waiting.only("id", "content", "correlation_id")[:20]:
        with correlation.use(file.correlation_id):
            after = go_on(file.id, BytesIO(bytes(file.content or b"")), for_s=until - time.monotonic(), now=now)
        ended += after.state == "done"
        if time.monotonic() > until:
            break
    return ended


def tried(stream: BinaryIO, *, source: str, told: Callable[[int], None] = lambda _: None) -> Tried:
    """Judge every row of a file and write nothing."""
    top = lines.header(stream)
    rest = lines.rows(stream, top, at=top.ends_at, line=1, source=source)
    refused: list[tuple[int, Outcome]] = []
    count = good = 0
    while chunk := list(islice(rest, settings.STOCK_FILES_CHUNK)):
        for row, verdict in _judge(chunk, only=()):
            count, good = count + 1, good + isinstance(verdict, StockMovement)
            if isinstance(verdict, Outcome) and len(refused) < 10_000:
                refused.append((row.line, verdict))
        told(len(chunk))
    return Tried(count, good, refused)


def by_id(file_id: UUID, *, nodes: Collection[str] = ()) -> StockFile:
    """One file. Raises NoSuchFile, also where it speaks of nodes outside `nodes`."""
    found = seen(nodes=nodes).filter(id=file_id).first()
    if found is None:
        raise NoSuchFile("take the id from the answer to the file you sent, or from the list of files")
    return found


def seen(*, nodes: Collection[str] = ()) -> QuerySet[StockFile]:
    """Files to page through, of those who may speak of these nodes only."""
    rows = StockFile.objects.defer("content")
    return rows.filter(only_nodes__contained_by=sorted(nodes)).exclude(only_nodes=[]) if nodes else rows


def _judge(chunk: list[Row], *, only: Collection[str]) -> Judged:
    verdicts = iter(intake.judge([row.told for row in chunk if isinstance(row.told, ToldMovement)], only=only))
    return [(row, row.told if isinstance(row.told, Outcome) else next(verdicts)) for row in chunk]


def _apply_chunk(file: StockFile, stream: BinaryIO, top: lines.Header, *, now: datetime) -> int:
    at, line = file.offset or top.ends_at, file.line or 1
    chunk = list(islice(lines.rows(stream, top, at=at, line=line, source=file.source), settings.STOCK_FILES_CHUNK))
    judged = _judge(chunk, only=file.only_nodes)
    good = [verdict for _, verdict in judged if isinstance(verdict, StockMovement)]
    bad = [(row, verdict) for row, verdict in judged if isinstance(verdict, Outcome)]
    written = bulk.apply_batch([_copied(each) for each in good]) if good else bulk.Applied(0, 0)
    settling.came_right([each.key for each in good])
    _keep(file, bad)
    file.applied += written.new
    file.known += len(good) - written.new
    file.contradicted += written.contradicted
    file.set_aside += len(bad)
    if chunk:
        file.offset, file.line = chunk[-1].next_at, chunk[-1].line
    if len(chunk) < settings.STOCK_FILES_CHUNK:
        file.state, file.finished_at = "done", now
    file.save(update_fields=["applied", "known", "contradicted", "set_aside", "offset", "line", "state", "finished_at"])
    return len(chunk)


def _keep(file: StockFile, bad: list[tuple[Row, Outcome]]) -> None:
    StockFileLine.objects.bulk_create(
        [
            StockFileLine(file=file, line=row.line, key=why.key.replace("\x00", "\ufffd")[:200], field=why.field,
                          rule=why.rule, detail=why.detail.replace("\x00", "\ufffd")[:500])
            for row, why in bad
        ],
        batch_size=2000,
    )  # fmt: skip
    aside.keep(
        [aside.Refusal(why.key or f"{file.id}:{row.line}", _words(row, file.source), why) for row, why in bad],
        of=f"{file.name}, file {file.id}",
    )


def _words(row: Row, source: str) -> dict[str, str]:
    if isinstance(row.told, ToldMovement):
        return {**row.told.model_dump(), "line": str(row.line)}
    return {**ToldMovement(source=source).model_dump(), "line": str(row.line)}


def _copied(said: StockMovement) -> bulk.Row:
    return (said.key, said.sku, said.node, said.state.value, said.units, said.reason.value, said.source, said.sequence,
            said.occurred_at)  # fmt: skip
