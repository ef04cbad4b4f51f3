"""A file of movements, line by line: CSV with a header, and a last line "END,<rows>" that proves it is all there.

Columns, in any order: key,sku,node,units,uom,reason,occurred_at,sequence, and optionally state and source. UTF-8, comma
or semicolon. Read as a stream from any place where a line begins, so a file of any length needs little memory.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from canonical.stock import ToldMovement
from process_apis.stock.incoming.told import Outcome
from retail_platform.kernel.problem import Unprocessable

NEEDED = ("key", "sku", "node", "units", "uom", "reason", "occurred_at", "sequence")
OPTIONAL = ("state", "source")
TRAILER = "END"
LONGEST_LINE = 16_384
_BOM = b"\xef\xbb\xbf"


class FileRejected(Unprocessable):
    """A file of stock movements is not whole or cannot be read. Nothing of it was applied; send it again, complete."""

    kind, title = "file-rejected", "Nothing of the file was applied"


@dataclass(frozen=True, slots=True)
class Header:
    """Which column is which, where the rows begin, and what separates their fields."""

    names: tuple[str, ...]
    separator: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The whole of a file, looked at once: its SHA-256, how many rows it has, and why it is rejected, if it is."""

    digest: str
    rows: int
    error: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row, the number of the line it ends in, and where the next one begins. `told` is an Outcome if unreadable."""

    line: int
    next_at: int
    told: ToldMovement | Outcome


class _Lines:
    """The lines of a stream as text, with their number and place, hashed as they pass."""

    def __init__(self, stream: BinaryIO, *, at: int, number: int) -> None:
        self.stream, self.at, self.number, self.ended = stream, at, number, True
        self.hash = sha256()
        stream.seek(at)

    def __iter__(self) -> Iterator[str]:
        while raw := self.stream.readline(LONGEST_LINE + 1):
            self.hash.update(raw)
            self.number += 1
            self.at += len(raw)
            self.ended = raw.endswith(b"\n")
            if len(raw) > LONGEST_LINE:
                raise FileRejected(f"line {self.number} is longer than {LONGEST_LINE} bytes: this is no such CSV file")
            try:
                yield (raw.removeprefix(_BOM) if self.number == 1 else raw).decode()
            except UnicodeDecodeError:
                raise FileRejected(f"line {self.number} is not UTF-8; save the file as UTF-8") from None

    def drain(self) -> str:
        """Read to the end whatever comes. Returns the SHA-256 of it all."""
        while part := self.stream.read(1 << 20):
            self.hash.update(part)
        return self.hash.hexdigest()


def header(stream: BinaryIO) -> Header:
    """Read the first line. Raises FileRejected naming the column that is missing or strange."""
    lines = _Lines(stream, at=0, number=0)
    return _header(lines)


def scan(stream: BinaryIO, *, needs_trailer: bool = True, source: str = "") -> Scan:
    """Look at the whole file before anything of it is applied."""
    lines = _Lines(stream, at=0, number=0)
    rows, error = 0, ""
    try:
        top = _header(lines)
        if not source and "source" not in top.names:
            raise FileRejected("nobody is named whose word this is: give the source, or a column named source")
        rows = _count(lines, top, needs_trailer=needs_trailer)
    except FileRejected as rejected:
        error = rejected.detail
    return Scan(lines.drain(), rows, error)


def rows(stream: BinaryIO, top: Header, *, at: int, line: int, source: str) -> Iterator[Row]:
    """The rows from a place on, to the end or the trailer."""
    lines = _Lines(stream, at=at, number=line)
    for cells in csv.reader(lines, delimiter=top.separator, strict=True):
        if _is_trailer(cells):
            return
        if cells:
            yield Row(lines.number, lines.at, _told(cells, top.names, source))


def _told(cells: Sequence[str], names: Sequence[str], source: str) -> ToldMovement | Outcome:
    if len(cells) != len(names):
        detail = f"{len(cells)} fields, the header names {len(names)}; a separator inside a field needs quotes."
        return Outcome(cells[0][:200], "set_aside", "columns", detail)
    said = dict(zip(names, cells, strict=True))
    said["unit"] = said.pop("uom")
    return ToldMovement(**{**said, "source": said.get("source") or source})


def _header(lines: _Lines) -> Header:
    first = next(iter(lines), "")
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        names = tuple(name.strip().lower() for name in next(csv.reader([first], delimiter=separator), ()))
    except csv.Error as wrong:
        raise FileRejected("the first line is no CSV: end each line with LF or CR LF, not with CR alone") from wrong
    if missing := [name for name in NEEDED if name not in names]:
        raise FileRejected(f"the first line must name the columns {','.join(NEEDED)}; there is no {', '.join(missing)}")
    if strange := [name for name in names if name not in (*NEEDED, *OPTIONAL)]:
        raise FileRejected(f"column {strange[0][:40]!r} is not known; optional ones are {', '.join(OPTIONAL)}")
    if len(set(names)) != len(names):
        raise FileRejected("a column is named twice in the first line")
    return Header(names, separator, lines.at)


def _count(lines: _Lines, top: Header, *, needs_trailer: bool) -> int:
    count, promised, fields = 0, -1, len(top.names)
    try:
        for cells in csv.reader(lines, delimiter=top.separator, strict=True):
            if promised >= 0 and cells:
                raise FileRejected(f"line {lines.number} comes after the last line {TRAILER},{promised}")
            if _is_trailer(cells):
                promised = int(cells[1])
            elif cells:
                count, fields = count + 1, len(cells)
    except csv.Error as wrong:
        raise FileRejected(f"line {lines.number} is no CSV ({wrong}); is the file cut off inside quotes?") from wrong
    if promised >= 0 and promised != count:
        raise FileRejected(f"the last line promises {promised} rows, there are {count}: some were lost on the way")
    if promised < 0 and needs_trailer:
        raise FileRejected(
            f"the file ends at line {lines.number} without {TRAILER},<number of rows>: it was cut off, or is still "
            "being written; complete it and send it again"
        )
    if promised < 0 and not (lines.ended and fields == len(top.names)):
        raise FileRejected(f"the file is cut off within line {lines.number}; complete it and send it again")
    return count


def _is_trailer(cells: Sequence[str]) -> bool:
    return len(cells) == 2 and cells[0] == TRAILER and cells[1].isascii() and cells[1].isdigit() and len(cells[1]) < 10
