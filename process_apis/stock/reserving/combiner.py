"""Many who want something at once share one commit.

While something is being done under a key (a lane), those that come after it under that key in this process queue, and
all go together in the next statement; under other keys work goes on beside it. As many answers for each commit as
there are waiters, no timer, nothing added when nobody waits. Whoever is first in the queue does the work for all on
its own connection, so there is no thread to start, to watch or to lose.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
MOST_AT_ONCE = 200
PATIENCE_S = 30.0


class NotServed(Exception):
    """Whoever worked for this one never came back; nothing is known of the outcome."""


class _Ticket(Generic[Asked]):
    __slots__ = ("asked", "bell", "outcome", "served")

    def __init__(self, asked: Asked) -> None:
        self.asked, self.served = asked, False
        self.outcome: BaseException | None = None
        self.bell = threading.Lock()  # a bare lock is a tenth of the price of an Event, and this is a hot path
        self.bell.acquire()


class Combiner(Generic[Asked]):
    """`carry_out` takes all that is asked and answers, for each, what went wrong or None. It commits first."""

    def __init__(self, carry_out: Callable[[Sequence[Asked]], Sequence[Exception | None]]) -> None:
        self._carry_out = carry_out
        self._lanes: dict[str, deque[_Ticket[Asked]]] = {}  # a key is here while somebody leads it
        self._lock = threading.Lock()

    def submit(self, asked: Asked, *, key: str) -> None:
        """Have it carried out, alone or with others. Returns once it is durable; raises what was wrong with it."""
        ticket = _Ticket(asked)
        with self._lock:
            waiting = self._lanes.get(key)
            if waiting is None:
                self._lanes[key] = deque()
            else:
                waiting.append(ticket)
        if waiting is None:
            self._lead(key, [ticket])
        else:
            if not ticket.bell.acquire(timeout=PATIENCE_S):
                self._give_up(key, ticket)
            if not ticket.served:  # woken to lead
                self._lead(key, self._next(key))
        if ticket.outcome is not None:
            raise ticket.outcome

    def _next(self, key: str) -> list[_Ticket[Asked]]:
        with self._lock:
            waiting = self._lanes[key]
            return [waiting.popleft() for _ in range(min(len(waiting), MOST_AT_ONCE))]

    def _lead(self, key: str, batch: Sequence[_Ticket[Asked]]) -> None:
        outcomes: Sequence[BaseException | None] = [NotServed("the work was stopped half way")] * len(batch)
        try:
            outcomes = self._carry_out([ticket.asked for ticket in batch])
        except Exception as error:
            outcomes = [error] * len(batch)
        finally:
            for ticket, outcome in zip(batch, outcomes, strict=True):
                ticket.outcome, ticket.served = outcome, True
            self._hand_over(key)
            for ticket in batch:
                ticket.bell.release()

    def _hand_over(self, key: str) -> None:
        with self._lock:
            if self._lanes[key]:
                self._lanes[key][0].bell.release()  # it wakes unserved, and so it leads
            else:
                del self._lanes[key]

    def _give_up(self, key: str, ticket: _Ticket[Asked]) -> None:
        with self._lock:  # a bell that rang just now counts
            if not ticket.bell.acquire(blocking=False):
                if ticket in self._lanes.get(key, ()):
                    self._lanes[key].remove(ticket)
                raise NotServed("the stock book took too long; ask whether it happened, then try again")
