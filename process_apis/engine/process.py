"""How a journey is written down: a process, its steps, what a step gets and what it may answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid5

from system_apis.terms import CallKey


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step knows: whose run it is, what earlier steps left in `facts`, and the key of its effect.

    `keep` saves facts at once, for a remote step of several calls: what the first brought is not lost by the second.
    """

    run_id: UUID
    process: str
    subject: str
    facts: dict[str, Any]
    key: CallKey
    now: datetime
    correlation_id: str
    keep: Callable[..., None]


class Done:
    """The step is through. Its facts are kept with the run; `then` are writes of our own, made in the same commit."""

    def __init__(self, *, then: Sequence[Callable[[], object]] = (), **facts: Any) -> None:
        self.then = then
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: look again when `fact` happens to this run's subject, and at `until` in any case.

    Several facts are named with spaces between them, in 64 letters together.
    """

    fact: str
    until: datetime


class Rejected(Exception):
    """The step says no for good, in our own name (sold out, fraud). The engine undoes what came before."""


class NeedsPerson(Exception):
    """The step cannot go on until somebody mends something. The run parks with a case that says what."""

    def __init__(self, message: str, *, proposal: str, kind: str = "mapping") -> None:
        super().__init__(message)
        self.proposal = proposal
        self.kind = kind


FOR_VENDOR = "connection:"  # begins what a run waits for that was not allowed to ask a vendor; its code follows

Outcome = Done | Wait
StepFunction = Callable[[StepContext], Outcome]


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of a journey.

    A local step touches our rows only and runs inside the commit that records it: exactly once.
    A remote step calls a vendor, outside any transaction, with a key that never changes; so does its undo.
    hot  it, or what it writes of a call, locks rows that many runs want, as stock: see Note [Strides]
    """

    do: StepFunction
    undo: StepFunction | None = None
    queue: str = "fulfilment"
    remote: bool = False
    hot: bool = False

    @property
    def name(self) -> str:
        return self.do.__name__

    @property
    def undo_name(self) -> str:
        return self.undo.__name__ if self.undo else ""


@dataclass(frozen=True, slots=True)
class Process:
    """A journey: the fact that starts it, its steps in order, and how long it may take.

    subject     the field of the fact's data that names what a run is about; one run for each
    wakes_on    facts that may end a wait of a run with the same subject
    on_refusal  what a vendor's "no" means: take back what was done, or ask a person (when goods have left)
    budget_s    how long one step is tried again before a person is asked; hours of a vendor's outage do not count
    priority    whose turn it is where runs of one business date are due at once: 1 first; a fact may say otherwise
    """

    name: str
    starts_on: str
    subject: str
    steps: tuple[Step, ...]
    wakes_on: tuple[str, ...] = ()
    on_refusal: Literal["undo", "park"] = "undo"
    budget_s: int = 1800
    deadline_s: int = 14 * 24 * 3600
    priority: int = 5
    _by_name: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for position, step in enumerate(self.steps):
            for name in filter(None, (step.name, step.undo_name)):
                if name in self._by_name:
                    raise ValueError(f"process {self.name} has two steps named {name}")
                self._by_name[name] = position

    def position(self, name: str) -> int | None:
        """Where a step or its undo stands; None when this release does not know the name."""
        return self._by_name.get(name)

    def at(self, name: str) -> Step:
        """The step of this name, or that it takes back; the first where this release does not know the name."""
        return self.steps[self._by_name.get(name, 0)]

    def after(self, step: Step) -> Step | None:
        """The step that follows one; None behind the last."""
        later = self.steps[self._by_name[step.name] + 1 :]
        return later[0] if later else None

    def links(self, name: str) -> list[str]:
        """The queues from a step on, one for each stretch that stays on one queue: the links of its chain."""
        start = self.position(name)
        if start is None:
            return [self.steps[0].queue]
        if name == self.steps[start].undo_name:
            return [self.steps[start].queue]
        queues = [step.queue for step in self.steps[start:]]
        return [queue for i, queue in enumerate(queues) if i == 0 or queue != queues[i - 1]]


def key_of(*, process: str, subject: str, step: str, generation: int) -> str:
    """The name of a step's effect at the vendor: from the business subject, so it survives even a lost database."""
    return sha256(f"{process}/{subject}/{step}/{generation}".encode()).hexdigest()[:32]


_RUNS = UUID("6d1b0a52-52c4-4d0f-9a0e-1c6c3f0e5d77")


def run_id_of(*, process: str, subject: str) -> UUID:
    """The id of a subject's run: known before it exists, and the same in a database that was rebuilt."""
    return uuid5(_RUNS, f"{process}/{subject}")
