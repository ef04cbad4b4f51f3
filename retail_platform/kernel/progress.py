"""Progress a person can watch: one line that renews itself on a terminal, a line every two seconds elsewhere."""

import time
from typing import Protocol, Self

EVERY_S = {True: 0.2, False: 2.0}


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


class Progress:
    """`with Progress(stream, label="orders", total=300) as progress: progress.add(1)`; total=0 when nobody knows it."""

    def __init__(self, stream: Stream, *, label: str, total: int = 0) -> None:
        self.stream, self.label, self.total, self.done, self.told = stream, label, total, 0, -1
        self.live = stream.isatty()
        self.began = self.shown = time.monotonic()

    def __enter__(self) -> Self:
        self.began = self.shown = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live or self.told != self.done:
            self._show(time.monotonic(), last=True)

    def add(self, count: int = 1) -> None:
        """Count what is done, and show it when it is time to."""
        self.done += count
        now = time.monotonic()
        if now - self.shown >= EVERY_S[self.live]:
            self._show(now)

    def line(self, now: float) -> str:
        """orders 245/300  81%  12/s  5 s left"""
        spent = max(now - self.began, 1e-6)
        rate = self.done / spent
        text = f"{self.label} {self.done}" + (f"/{self.total}  {100 * self.done // self.total}%" if self.total else "")
        text += f"  {rate:.0f}/s" if rate >= 10 else f"  {rate:.1f}/s"
        left = self.total - self.done
        return text + (f"  {left / rate:.0f} s left" if left > 0 and rate > 0 else f"  in {spent:.1f} s")

    def _show(self, now: float, *, last: bool = False) -> None:
        self.shown, self.told = now, self.done
        end = "\n" if last or not self.live else ""
        start = "\r\x1b[K" if self.live else ""
        self.stream.write(f"{start}{self.line(now)}{end}")
        self.stream.flush()
