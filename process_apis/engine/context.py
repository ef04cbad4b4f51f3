"""What a step is told when it is carried out, and the key its effect goes by."""

from typing import Any

from process_apis.engine import lease
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import StepContext, key_of
from retail_platform.kernel import clock
from system_apis.terms import CallKey


def key_at(run: ProcessRun) -> CallKey:
    """The key of the step a run stands at; nothing is known yet of earlier attempts."""
    return CallKey(key_of(process=run.process, subject=run.subject, step=run.step, generation=run.generation))


def context_of(run: ProcessRun, *, key: CallKey, kept: list[str]) -> StepContext:
    """For the step a run stands at. `kept` becomes the names of what the step keeps while it works."""

    def keep(**facts: Any) -> None:
        kept.extend(facts)
        run.facts = {**run.facts, **facts}
        lease.write(run, facts=run.facts)

    return StepContext(
        run_id=run.id,
        process=run.process,
        subject=run.subject,
        facts=run.facts,
        key=key,
        now=clock.now(),
        correlation_id=run.correlation_id,
        keep=keep,
    )
