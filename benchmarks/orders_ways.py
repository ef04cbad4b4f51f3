"""The journey of benchmarks/orders.py and its plain way, as its workers know them.

As many steps on the same queues as an order passes, and none of them does anything: what is left is the engine.
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


JOURNEY = Process(
    name="bench",
    starts_on="bench.begun",
    subject="number",
    steps=tuple(Step(_nothing(n), queue=step.queue) for n, step in enumerate(ORDER_TO_CASH.steps)),
)
registry.processes()["bench"] = JOURNEY

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
        if number == len(JOURNEY.steps) - 1:
            cursor.execute(_FINISH, [run_id])


def start_plain(run_id: UUID) -> None:
    """One chain of all steps."""
    tasks: list[Signature] = [
        one_step.si(str(run_id), number).set(queue=step.queue) for number, step in enumerate(JOURNEY.steps)
    ]
    chain(*tasks).apply_async()
