"""A move of a pickup, if the pickup is where the move may begin, and the telling of it."""

from collections.abc import Mapping
from typing import Any

from process_apis.pickups import decisions
from process_apis.pickups.models import Pickup, PickupEvent, PickupState
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError, Unprocessable


class WrongState(DomainError):
    """The pickup is elsewhere by now; `detail` says where, and what can be done with it there."""

    status, kind, title = 409, "pickup-wrong-state", "This cannot be done with the pickup now"


class WrongQuantity(Unprocessable):
    """More than the pickup has, or of a line it does not have."""

    kind, title = "pickup-wrong-quantity", "The pickup does not have these goods"


def check_quantities(pickup: Pickup, asked: Mapping[str, int], most: Mapping[str, int]) -> None:
    """No more of a line is asked for than `most` has of it. Raises WrongQuantity naming each line."""
    wrong = decisions.wrong_quantities(asked, most=most)
    if wrong:
        raise WrongQuantity(
            "Correct the quantities named in errors; nothing was changed.",
            errors=[{"pointer": "/lines", "detail": f"line {line_id}: {detail}"} for line_id, detail in wrong],
        )


def make(pickup: Pickup, move: str, *, to: str = "", **changes: Any) -> None:
    """One move, if the pickup is where it may begin; the database is the referee. Raises WrongState."""
    since, leads_to = decisions.MOVES[move]
    state = to or leads_to
    moved = Pickup.objects.filter(id=pickup.id, state__in=since).update(state=state, **changes)
    if not moved:
        raise _wrong_state(pickup)
    pickup.state = state
    for name, value in changes.items():
        setattr(pickup, name, value)


def may_begin(pickup: Pickup, move: str) -> None:
    """The state goes before whatever else is wrong with a request. Raises WrongState."""
    if not Pickup.objects.filter(id=pickup.id, state__in=decisions.MOVES[move][0]).exists():
        raise _wrong_state(pickup)


def _wrong_state(pickup: Pickup) -> WrongState:
    state = Pickup.objects.values_list("state", flat=True).get(id=pickup.id)
    may = ", ".join(decisions.allowed(state)) or "nothing more"
    return WrongState(f"It is {PickupState(state).label}; what can be done now: {may}.")


def note(pickup: Pickup, name: str, *, by: str = "", **detail: Any) -> None:
    """Write into the pickup's history only."""
    PickupEvent.objects.create(pickup=pickup, name=name, by=by, detail=detail, correlation_id=correlation.current())


def tell(pickup: Pickup, name: str, **data: Any) -> None:
    """Write what happened into the outbox, in the caller's transaction. Never the code."""
    outbox.add(
        name=name,
        aggregate=f"order:{pickup.order_number}",
        data={
            "order_number": pickup.order_number, "channel": pickup.channel, "pickup_id": str(pickup.id),
            "node": pickup.node, **data,
        },
    )  # fmt: skip
