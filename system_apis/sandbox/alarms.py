"""Things to do later: one thread waits for the next due moment, a few more carry out what is due."""

import heapq
import sys
import time
import traceback
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from threading import Condition, Thread

HANDS = 4


class Alarms:
    """Call me back in a while. Alarms are not kept: whoever sets one sets it again after a restart."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._changed = Condition()
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        for target in (self._watch, *[self._carry_out] * HANDS):
            Thread(target=target, daemon=True).start()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do this in so many seconds, in another thread."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + max(0.0, seconds), next(self._order), action))
            self._changed.notify()

    def clear(self) -> None:
        """Forget what was to be done."""
        with self._changed:
            self._due.clear()

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                action = heapq.heappop(self._due)[2]
            self._work.put(action)

    def _carry_out(self) -> None:
        while True:
            action = self._work.get()
            try:
                action()
            except Exception:  # one failed action must not end the thread that all the others need
                traceback.print_exc(file=sys.stderr)
