"""Read runs."""

from uuid import UUID

from django.db.models import QuerySet

from process_apis.engine.models import ProcessRun
from retail_platform.kernel.problem import NotFound


class NoSuchRun(NotFound):
    """No run has this id."""

    kind = "no-such-run"
    title = "There is no such run"


def recent(*, state: str | None = None, process: str | None = None, subject: str | None = None) -> QuerySet[ProcessRun]:
    """Runs to page through."""
    wanted = {"state": state, "process": process, "subject": subject}
    return ProcessRun.objects.filter(**{name: value for name, value in wanted.items() if value})


def run(run_id: UUID) -> ProcessRun:
    """One run with its steps. Raises NoSuchRun."""
    found = ProcessRun.objects.prefetch_related("steps").filter(id=run_id).first()
    if found is None:
        raise NoSuchRun(f"there is no run {run_id}; take the id from the list of runs")
    return found
