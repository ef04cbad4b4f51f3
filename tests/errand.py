"""A journey of the tests' own: its steps do what a test has scripted, and write down how they were called."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from process_apis.engine.process import Done, Outcome, Process, Step, StepContext, Wait
from retail_platform.kernel.outbox import services as outbox
from system_apis.terms import CallKey

Act = Callable[[StepContext], Outcome]


class Log:
    """What the steps were asked, in order; and what a test wants them to do instead of succeeding."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys: dict[str, list[CallKey]] = defaultdict(list)
        self.scripts: dict[str, deque[Act | BaseException]] = defaultdict(deque)

    def script(self, step: str, *acts: Act | BaseException) -> None:
        """What the next calls of a step do: raise, or answer; afterwards it succeeds again."""
        self.scripts[step].extend(acts)

    def play(self, ctx: StepContext, step: str, otherwise: Act) -> Outcome:
        """Carry out one call of a step."""
        self.calls.append(step)
        self.keys[step].append(ctx.key)
        act = self.scripts[step].popleft() if self.scripts[step] else otherwise
        if isinstance(act, BaseException):
            raise act
        return act(ctx)


log = Log()


def _done(ctx: StepContext) -> Outcome:
    return Done()


def _mark(name: str) -> Act:
    """A write of our own that can be counted."""

    def act(ctx: StepContext) -> Outcome:
        outbox.add(name=name, aggregate=f"errand:{ctx.subject}", data={"errand": ctx.subject})
        return Done(**{name.replace(".", "_"): True})

    return act


def await_receipt_for(ctx: StepContext) -> Outcome:
    return Wait(fact="errand.received", until=ctx.now + timedelta(hours=1))


def pack(ctx: StepContext) -> Outcome:
    return log.play(ctx, "pack", _mark("errand.packed"))


def unpack(ctx: StepContext) -> Outcome:
    """An undo finds out what there is, and is content with nothing."""
    return log.play(ctx, "unpack", _mark("errand.unpacked") if ctx.facts.get("errand_packed") else _done)


def send(ctx: StepContext) -> Outcome:
    return log.play(ctx, "send", lambda ctx: Done(send_ref=f"T-{ctx.key.value[:6]}"))


def call_back(ctx: StepContext) -> Outcome:
    return log.play(ctx, "call_back", _done)


def bill(ctx: StepContext) -> Outcome:
    return log.play(ctx, "bill", _done)


def credit(ctx: StepContext) -> Outcome:
    return log.play(ctx, "credit", _done)


def await_receipt(ctx: StepContext) -> Outcome:
    return log.play(ctx, "await_receipt", _done)


def file_away(ctx: StepContext) -> Outcome:
    return log.play(ctx, "file_away", _mark("errand.filed"))


ERRAND = Process(
    name="errand",
    starts_on="errand.begun",
    subject="errand",
    wakes_on=("errand.received",),
    budget_s=60,
    steps=(
        Step(pack, undo=unpack),
        Step(send, undo=call_back, remote=True),
        Step(bill, undo=credit, queue="finance", remote=True),
        Step(await_receipt),
        Step(file_away),
    ),
)


def hand_over_goods(ctx: StepContext) -> Outcome:
    return log.play(ctx, "hand_over_goods", _done)


DELIVERY = Process(
    name="delivery",
    starts_on="delivery.begun",
    subject="errand",
    on_refusal="park",
    steps=(Step(hand_over_goods, remote=True),),
)


def load(ctx: StepContext) -> Outcome:
    return log.play(ctx, "load", _mark("tour.loaded"))


def check(ctx: StepContext) -> Outcome:
    return log.play(ctx, "check", _mark("tour.checked"))


def drive(ctx: StepContext) -> Outcome:
    return log.play(ctx, "drive", lambda ctx: Done(drive_ref="D-1", then=[lambda: _mark("tour.driven")(ctx)]))


def note(ctx: StepContext) -> Outcome:
    return log.play(ctx, "note", _mark("tour.noted"))


def park(ctx: StepContext) -> Outcome:
    return log.play(ctx, "park", _mark("tour.parked"))


def wash(ctx: StepContext) -> Outcome:
    return log.play(ctx, "wash", _mark("tour.washed"))


TOUR = Process(  # own steps in a row, before a call and after it
    name="tour",
    starts_on="tour.begun",
    subject="errand",
    wakes_on=("errand.received",),
    steps=(Step(load), Step(check), Step(drive, remote=True), Step(note), Step(park, hot=True), Step(wash)),
)
PROCESSES = (ERRAND, DELIVERY, TOUR)
FACTS: dict[str, Any] = {"errand": "E-1"}
