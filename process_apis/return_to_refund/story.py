"""What each step of a return asks first: the return, and whether it still goes on."""

from process_apis.engine.process import StepContext
from process_apis.returns import queries
from process_apis.returns.models import Return


def going_on(ctx: StepContext) -> Return | None:
    """The return of a run; None once it was rejected or has expired, so that the steps left have nothing to do."""
    parent = queries.one(ctx.subject)
    return None if parent.state in queries.OVER else parent
