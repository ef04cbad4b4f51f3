"""Drive runs without a broker: the bell is caught, and a test plays the workers itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from process_apis.cases.models import Case, CaseState
from process_apis.engine import batch, listener, registry, runner, sweeper, wake
from process_apis.engine.models import ProcessRun, RunStep
from process_apis.engine.process import run_id_of
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact
from tests import errand


@dataclass
class Workers:
    """Plays what the broker and its workers do: `bells` are the wake-ups that were rung and not yet answered."""

    bells: list[tuple[UUID, list[str]]] = field(default_factory=list)
    log: errand.Log = field(default_factory=errand.Log)

    def ring_many(self, bells: Iterable[wake.Bell]) -> list[UUID]:
        self.bells += ((bell.run_id, list(bell.queues)) for bell in bells)
        return []

    def begin(self, name: str = "errand.begun", subject: str = "E-1") -> UUID:
        """Tell the fact that starts a run; nothing of the run is done yet. Returns its id."""
        tell(name, subject)
        process = next(each for each in errand.PROCESSES if each.starts_on == name)
        run_id = run_id_of(process=process.name, subject=subject)
        self.bells.append((run_id, process.links(process.steps[0].name)))
        return run_id

    def work(self) -> None:
        """Answer every bell, like workers of all queues, until it is quiet."""
        while self.bells:
            run_id, queues = self.bells.pop(0)
            for queue in queues:
                if not runner.advance(run_id=run_id, queue=queue):
                    break

    def work_together(self) -> None:
        """The same, with one message for all bells that have the same links."""
        while self.bells:
            queues = self.bells[0][1]
            runs = [run_id for run_id, links in self.bells if links == queues]
            self.bells[:] = [bell for bell in self.bells if bell[1] != queues]
            for queue in queues:
                runs = runs and batch.advance(run_ids=runs, queue=queue)

    def go(self, run_id: UUID) -> ProcessRun:
        """Ring for a run at the step where it stands, work, and show how it stands then."""
        run = ProcessRun.objects.get(id=run_id)
        process = next(each for each in errand.PROCESSES if each.name == run.process)
        self.bells.append((run_id, process.links(run.step)))
        self.work()
        return ProcessRun.objects.get(id=run_id)

    def later(self, run_id: UUID) -> ProcessRun:
        """Let the time come that the run waits for: a lease that ends, a retry, a wait. Sweep, work, show it."""
        past = clock.now() - timedelta(seconds=1)
        ProcessRun.objects.filter(id=run_id, next_wake_at__isnull=False).update(next_wake_at=past, lease_until=past)
        sweeper.sweep()
        self.work()
        return ProcessRun.objects.get(id=run_id)


def employ(patch: pytest.MonkeyPatch) -> Workers:
    """The engine with the tests' journeys beside our own, and somebody to play its workers."""
    crew, known = Workers(), {**registry.processes(), **{process.name: process for process in errand.PROCESSES}}
    patch.setattr(wake, "ring_many", crew.ring_many)
    patch.setattr(errand, "log", crew.log)
    patch.setattr(registry, "processes", lambda: known)
    return crew


def tell(name: str, subject: str = "E-1", **data: Any) -> None:
    """What the relay does with a fact."""
    listener.on_facts([a_fact(name, subject, **data)])


def a_fact(name: str, subject: str = "E-1", **data: Any) -> Fact:
    """A fact about an errand, as a relay holds it."""
    return Fact(name=name, aggregate=f"errand:{subject}", sequence=1, data={"errand": subject, **data})


def steps(run_id: UUID) -> dict[str, str]:
    """The state of each step of a run."""
    return dict(RunStep.objects.filter(run_id=run_id).values_list("name", "state"))


def open_cases() -> list[Case]:
    """What is on the desk."""
    return list(Case.objects.filter(state=CaseState.OPEN))


def marks(name: str) -> int:
    """How often a local step's own write has been made."""
    return Fact.objects.filter(name=name).count()
