"""Fragments that a process holds, as of one position of the copy in Valkey (generation and cursor).

Whoever uses them first takes the position and then the fragments: they may be newer than it, never older. What changed
since is heard from Valkey (`hear`) and forgotten here, to be fetched anew when somebody asks.
"""

import threading
from collections.abc import Sequence

from experience_apis.availability.fragment import etag

_MOST_FRAGMENTS = 64 * 1024 * 1024  # bytes in a process
_MOST_ANSWERS = 16 * 1024 * 1024  # bytes of answers put together from them
_QUESTION_BYTES = 80  # for each sku in it
Question = tuple[str, Sequence[str]]  # channel and skus
NOTHING_KNOWN: int = 0  # instead of news: too much happened, or another generation began


class Held:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.position = ("", 0)
        self._fragments: dict[str, dict[str, tuple[bytes, bytes]]] = {}  # channel → sku → mark and body
        self._answers: dict[Question, tuple[str, bytes] | None] = {}  # ETag and joined bodies
        self._fragment_bytes = self._answer_bytes = 0

    def joined(self, question: Question) -> tuple[str, bytes]:
        """ETag and fragments of a question; from the second time on remembered until anything changes.

        Raises KeyError if a fragment is not held.
        """
        answers = self._answers  # what we add goes where we looked: news meanwhile put another in its place
        if answer := answers.get(question):
            return answer
        channel, skus = question
        held = self._fragments[channel]
        found = [held[sku] for sku in skus]
        answer = etag(b"".join([mark for mark, _ in found])), b",".join([body for _, body in found])
        again = question in answers
        self._answer_bytes += len(answer[1]) if again else _QUESTION_BYTES * len(skus)
        answers[question] = answer if again else None
        return answer

    def hear(self, position: tuple[str, int], news: Sequence[bytes] | int) -> None:
        """Forget what changed up to `position`: "channel\\nsku" each, or NOTHING_KNOWN for everything."""
        with self._lock:
            if news == NOTHING_KNOWN or self._fragment_bytes > _MOST_FRAGMENTS:
                self._fragments, self._fragment_bytes = {}, 0
            for each in news if isinstance(news, list) else ():
                channel, _, sku = each.decode().partition("\n")
                self._fragments.get(channel, {}).pop(sku, None)
            if news or not self._fragments or self._answer_bytes > _MOST_ANSWERS:
                self._answers, self._answer_bytes = {}, 0
            if position[0] != self.position[0] or position[1] > self.position[1]:
                self.position = position

    def learn(
        self, question: Question, position: tuple[str, int], marks: Sequence[bytes], bodies: Sequence[bytes]
    ) -> None:
        """Hold fragments fetched at `position`."""
        channel, skus = question
        with self._lock:
            # What is older than the news we heard might have changed in them; newer, and the next news will tell.
            if position[0] == self.position[0] and position[1] >= self.position[1]:
                self._fragments.setdefault(channel, {}).update(zip(skus, zip(marks, bodies, strict=True), strict=True))
                self._fragment_bytes += sum(map(len, bodies))
