"""A return that comes to nothing: it may not come back, or the goods never came."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.returns import queries, services
from process_apis.returns.models import Return, ReturnKind
from retail_platform.kernel import clock


@transaction.atomic
def turn_away(parent: Return, *, by: str, why: str, now: datetime) -> None:
    """It may not come back, or what came is not what was sold: its units can be asked for again. Raises WrongState."""
    if not services.reject(parent, by=by, why=why, now=now):
        raise services.WrongState(
            f"return {parent.number} is {parent.get_state_display()}; only one without a credit memo can be rejected"
        )
    _let_keep(parent)


@transaction.atomic
def expire(parent: Return, *, now: datetime) -> bool:
    """The goods never came. False if they did, or it is over."""
    if not services.expire(parent, now=now):
        return False
    _let_keep(parent)
    return True


def sweep() -> int:
    """Let expire what should have come back by now; called on every round of the sweeper."""
    now = clock.now()
    due = queries.due_to_expire(timezone.localdate(now))
    return sum(expire(queries.one(number), now=now) for number in due)


def _let_keep(parent: Return) -> None:
    if parent.order_number and parent.kind != ReturnKind.GOODWILL:
        units = {line.line_id: line.units for line in parent.lines.all()}
        returning.let_keep(orders.locked(parent.order_number), units)
