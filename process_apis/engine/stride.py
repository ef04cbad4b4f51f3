"""One stride of a run that goes forward: all that goes into one commit.

Note [Strides]: what a call brought, our own steps that follow it and the intent of the next call share a commit, where
they follow each other on one queue. Nothing is lost or doubled by it:

- Killed before the commit, nothing of the stride has happened: our own steps touch our rows only, and a call whose
  answer is lost is found by its key, as ever. Killed after it, all of it has. Nobody ever sees a part of it.
- A call is made after the commit that counts it, and only then: the statement that moves the run, the stride's last,
  writes the intent too.
- A step of our own that does not succeed takes those before it back, and they are carried out again with a commit
  each: so they are done, once, and the fault leads where it leads alone. What a call brought stays, behind a
  savepoint if it writes objects: it was made, and they may have changed in memory.
- Where a worker died the next one makes no strides (`claims`): a deadly step is found under its own name.
- A step that locks rows many runs want (`hot`) is the last of ours in its stride: nothing else is done while it holds
  them. So no two of them meet in one, and each takes its locks in its own good order.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard

from django.db import transaction

from process_apis.engine import lease, step_log
from process_apis.engine.context import context_of, key_at
from process_apis.engine.models import ProcessRun, StepState
from process_apis.engine.process import Done, Outcome, Process, Step, Wait
from process_apis.engine.step_log import Passed
from system_apis.terms import CallKey


class Stand(NamedTuple):
    """Where a commit leaves a run: `held` by us, or not; and if not, whether the next link has something to do.

    call   the key of the step it stands at, if its call is counted and may be made
    apart  a step of the stride did not succeed: carry out the next ones one by one
    """

    held: bool
    goes_on: bool = False
    call: CallKey | None = None
    apart: bool = False


@dataclass(slots=True)
class Stride:
    """The next commit of a run. `sharing`: it may hold more than one step."""

    run: ProcessRun
    process: Process
    queue: str
    sharing: bool
    passed: list[Passed] = field(default_factory=list)

    def own(self) -> Stand:
        """Carry out the step of our own that the run stands at, and those that share its commit."""
        try:
            with self._whole():
                return self._own_steps()
        except lease.LostLease:
            raise
        except Exception:
            if not (self.sharing and self.passed):
                raise  # it is of the step the run stands at
            return Stand(held=True, apart=True)

    def after_call(self, step: Step, outcome: Outcome, *, key: CallKey) -> Stand:
        """Write what a call brought, with what shares its commit."""
        if isinstance(outcome, Wait):
            with self._whole():
                return wait(self.run, outcome, key=key, counts=False)
        following = self.process.after(step)
        goes_along = self.sharing and not step.hot and self._is_ours(following)
        with self._whole() if outcome.then else self._unmoved():  # the move alone is one statement: a commit of its own
            self._pass(step, outcome, key=key, counts=False, began=time.monotonic())
            return self._with_own_steps() if goes_along else self._write()

    def _with_own_steps(self) -> Stand:
        """The same with the steps of our own that follow; what the call brought is written in any case."""
        brought = list(self.passed)
        try:
            with self._whole():
                return self._own_steps()
        except lease.LostLease:
            raise
        except Exception:
            self.passed, self.sharing = brought, False
            return self._write()._replace(apart=True)

    def _own_steps(self) -> Stand:
        while self._is_ours(step := self._next()):
            key, began = key_at(self.run), time.monotonic()
            outcome = step.do(context_of(self.run, key=key, kept=[]))
            if isinstance(outcome, Wait):
                if self.passed:
                    self._move(lease.held())
                return wait(self.run, outcome, key=key, counts=True)
            self._pass(step, outcome, key=key, counts=True, began=began)
            if step.hot or not self.sharing:
                break
        return self._write()

    def _pass(self, step: Step, done: Done, *, key: CallKey, counts: bool, began: float) -> None:
        for write in done.then:
            write()
        self.passed.append(Passed(step.name, key.value, done.facts, counts, began, time.monotonic()))
        following = self.process.after(step)
        self.run.facts = {**self.run.facts, **done.facts}
        self.run.step = following.name if following else ""

    def _write(self) -> Stand:
        """Move the run past the steps of the stride, and count the next call if one follows."""
        step = self._next()
        if step is None:
            self._move(lease.OVER)
            return Stand(held=False)
        if step.queue != self.queue:
            self._move(lease.LET_GO)
            return Stand(held=False, goes_on=True)
        return Stand(held=True, call=self._move(lease.held(), calls=step.remote and self.sharing))

    def _move(self, hold: lease.Hold, *, calls: bool = False) -> CallKey | None:
        call = key_at(self.run) if calls else None
        return step_log.move(self.run, passed=self.passed, hold=hold, call=call)

    def _next(self) -> Step | None:
        return self.process.at(self.run.step) if self.run.step else None

    def _is_ours(self, step: Step | None) -> TypeGuard[Step]:
        return step is not None and not step.remote and step.queue == self.queue

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All or nothing, in the database and in memory."""
        with self._unmoved(), transaction.atomic():
            yield

    @contextmanager
    def _unmoved(self) -> Iterator[None]:
        """If this fails the run stands in memory where it stood."""
        stood = self.run.step, self.run.facts
        try:
            yield
        except BaseException:
            self.run.step, self.run.facts = stood
            raise


def wait(run: ProcessRun, outcome: Wait, *, key: CallKey, counts: bool) -> Stand:
    """Write that the step waits, and put the run to sleep; it stays ours if its fact came in this moment."""
    step_log.record(run, state=StepState.WAITING, key=key, counts=counts)
    return Stand(held=not lease.wait(run, fact=outcome.fact, until=outcome.until))
