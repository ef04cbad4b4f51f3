"""The journeys this release knows, by name. Journeys declare; the engine only looks them up."""

from functools import cache
from importlib import import_module

from django.conf import settings

from process_apis.engine.process import Process


@cache
def processes() -> dict[str, Process]:
    """All journeys of settings.PROCESS_MODULES. Each module lists its own in `PROCESSES`."""
    found: dict[str, Process] = {}
    for path in settings.PROCESS_MODULES:
        for process in import_module(path).PROCESSES:
            if process.name in found:
                raise ValueError(f"two journeys are named {process.name}")
            found[process.name] = process
    return found


def started_by(fact_name: str) -> list[Process]:
    """The journeys that one fact starts."""
    return [process for process in processes().values() if process.starts_on == fact_name]


def woken_by(fact_name: str) -> list[Process]:
    """The journeys in which some step waits for this fact."""
    return [process for process in processes().values() if fact_name in process.wakes_on]


def links(process: str, step: str) -> list[str]:
    """The queues of a run's chain from a step on. Of an unknown journey too: the worker parks the run with a case."""
    known = processes().get(process)
    return known.links(step) if known else ["fulfilment"]
