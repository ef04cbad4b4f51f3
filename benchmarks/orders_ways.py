"""The journey of benchmarks/orders.py and its plain way, as its workers know them.

The steps an order passes, on the same queues, as calls where an order's journey calls out; once more as if all of them
were our own. None of them does anything: what is left is the engine.
"""

from uuid import UUID

from celery import Signature, chain, shared_task
from django.db import connection

from process_apis.engine import registry
from process_apis.engine.process import Done, Process, Step, StepContext, StepFunction
from process_apis.order_to_cash.process import ORDER_TO_CASH


def _nothing(number: int) -> StepFunction:
    def step(_: StepContext) -> Done:
        return Done()

    step.__name__ = f"step_{number}"
    return step


def _journey(name: str, *, calls: bool) -> Process:
    steps = (
        Step(_nothing(n), queue=step.queue, remote=calls and step.remote, hot=step.hot)
        for n, step in enumerate(ORDER_TO_CASH.steps)
    )
    return Process(name=name, starts_on=f"{name}.begun", subject="number", steps=tuple(steps))


ORDERS = _journey("bench", calls=True)
OWN = _journey("bench_own", calls=False)
registry.processes().update({journey.name: journey for journey in (ORDERS, OWN)})


def commits(journey: Process) -> list[list[tuple[str, str]]]:
    """What each commit of a run writes where nothing goes wrong: steps, and whether they are counted or done."""
    found: list[list[tuple[str, str]]] = []
    before: Step | None = None
    for step in journey.steps:
        linked = before is not None and before.queue == step.queue
        if not linked or (before is not None and before.hot and not step.remote):
            found.append([])
        if step.remote:
            found[-1].append((step.name, "running"))
            found.append([])
        found[-1].append((step.name, "done"))
        before = step
    return found


_STEP = """
INSERT INTO engine_runstep (run_id, name, direction, state, attempts, maybe_sent, key, result, error, finished_at)
VALUES (%s, %s, 'forward', 'done', 1, false, '', '{}', '', clock_timestamp())
"""
_FINISH = "UPDATE engine_processrun SET state = 'done', finished_at = clock_timestamp() WHERE id = %s"


@shared_task(name="bench.step", acks_late=True, ignore_result=True)
def one_step(run_id: str, number: int) -> None:
    """The plain way: a task for each step, which writes a row of it; the last one ends the run."""
    with connection.cursor() as cursor:
        cursor.execute(_STEP, [run_id, f"step_{number}"])
        if number == len(ORDERS.steps) - 1:
            cursor.execute(_FINISH, [run_id])


def start_plain(run_id: UUID) -> None:
    """One chain of all steps."""
    tasks: list[Signature] = [
        one_step.si(str(run_id), number).set(queue=step.queue) for number, step in enumerate(ORDERS.steps)
    ]
    chain(*tasks).apply_async()
