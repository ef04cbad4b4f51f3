"""What the pretend world remembers: tables of documents in memory, and on disk a journal line for each change.

A change is all or nothing: it is one line, written before anybody hears of it. A start replays the journal; a last
line that was torn by a kill never happened.
"""

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

Document = Any  # JSON as it came or goes; a stored document is replaced, never changed in place


class StateTaken(Exception):
    """Two processes must not write one journal."""


class Store:
    """Tables of documents behind one lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = RLock()
        self._tables: dict[str, dict[str, Document]] = defaultdict(dict)
        self._path = path
        self._puts: list[tuple[str, str, Document]] = []
        self._before: list[tuple[str, str, Document]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of it when we die
        except BlockingIOError:
            raise StateTaken(f"another sandbox runs on {path.parent}; stop it, or set SANDBOX_STATE") from None
        self._replay()

    def get(self, table: str, name: str) -> Document:
        """The document of that name, or None."""
        return self._tables[table].get(name)

    def all(self, table: str) -> dict[str, Document]:
        """Every document of a table by name, oldest first."""
        return self._tables[table]

    def put(self, table: str, name: str, document: Document) -> None:
        """Keep a document within the running change; None forgets it."""
        self._before.append((table, name, self._tables[table].get(name)))
        self._puts.append((table, name, document))
        self._apply(table, name, document)

    def next_number(self, series: str) -> int:
        """1, 2, 3 … for each series."""
        number = int(self.get("numbers", series) or 0) + 1
        self.put("numbers", series, number)
        return number

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do this once the running change is written; never if it is not."""
        self._afterwards.append(action)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One change: all its puts are written together, or, when it raises, none of them happened."""
        with self.lock:
            self._puts, self._before, self._afterwards = [], [], []
            try:
                yield
                if self._puts:
                    os.write(self._file, json.dumps(self._puts, separators=(",", ":")).encode() + b"\n")
            except BaseException:
                for table, name, document in reversed(self._before):
                    self._apply(table, name, document)
                raise
            actions = self._afterwards
        for action in actions:
            action()

    def forget_all(self) -> None:
        """Begin again with an empty world."""
        with self.lock:
            self._tables.clear()
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Let another have the journal."""
        os.close(self._file)

    def _apply(self, table: str, name: str, document: Document) -> None:
        if document is None:
            self._tables[table].pop(name, None)
        else:
            self._tables[table][name] = document

    def _replay(self) -> None:
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                for table, name, document in json.loads(line):
                    self._apply(table, name, document)
                whole += len(line)
        os.truncate(self._path, whole)
