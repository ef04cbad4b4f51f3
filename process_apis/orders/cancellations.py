"""Ask for units of an order to be cancelled, say what became of that, and once. The order's row lock is the referee.

Note [One winner]: who records a parcel and who decides a cancellation both lock the order's row first, then look at
what is open of each line. So a unit is either in a parcel or cancelled; a CHECK on the line says the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from process_apis.orders import cancellation_units, queries, services
from process_apis.orders.cancellation_models import OPEN, AskedBy, Cancellation, CancellationLine, CancellationState
from process_apis.orders.models import Order, OrderLine, OrderState
from retail_platform.kernel import correlation
from retail_platform.kernel.problem import DomainError


class TooLateToCancel(DomainError):
    """What you want cancelled has left, or is cancelled already. Once it is with you, send it back as a return."""

    status, kind, title = 409, "too-late-to-cancel", "This cannot be cancelled any more"


@transaction.atomic
def request(
    *,
    number: str,
    key: str,
    asked_by: AskedBy,
    now: datetime,
    units: Mapping[str, int] | None = None,
    by: str = "",
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    cancellation_id: UUID | None = None,
) -> Cancellation:
    """Ask for units by line_id, or for all that has not left. The same key again finds the first request.

    What has left by now is refused at once; of a channel, which has cancelled already, it becomes a return. Raises
    NoSuchOrder, NoSuchLine, TooLateToCancel.
    """
    order = queries.locked(number)
    standing = Cancellation.objects.filter(order=order, key=key).first()
    if standing is not None:
        return standing
    lines = {line.line_id: line for line in order.lines.all()}
    can = {name: line.quantity - line.shipped - line.cancelled - line.cancel_requested for name, line in lines.items()}
    if units is None and asked_by == AskedBy.CHANNEL:  # of a channel all means all, also what has left
        units = {name: count + lines[name].shipped for name, count in can.items() if count + lines[name].shipped > 0}
    wanted = cancellation_units.wanted(lines, can, units)
    if asked_by == AskedBy.CHANNEL:
        wanted = cancellation_units.as_sent(lines, can, wanted)
    wanted = cancellation_units.with_services(lines, can, wanted)
    asked = {name: min(count, can[name]) for name, count in wanted.items() if min(count, can[name])}
    gone = {name: count - asked.get(name, 0) for name, count in wanted.items() if count > asked.get(name, 0)}
    if asked_by != AskedBy.CHANNEL and (gone or not asked):
        raise _too_late(order, lines, gone)
    told = {"units": wanted} if asked_by == AskedBy.CHANNEL else {}
    made = Cancellation.objects.create(
        id=cancellation_id or uuid4(),
        order=order,
        key=key,
        asked_by=asked_by,
        by=by[:160],
        reason=reason[:500],
        evidence={**(evidence or {}), **told},
        correlation_id=correlation.current(),
        requested_at=now,
    )
    for name, count in asked.items():
        free = F("shipped") + F("cancelled") + F("cancel_requested") + count
        took = OrderLine.objects.filter(id=lines[name].id, quantity__gte=free).update(
            cancel_requested=F("cancel_requested") + count
        )
        if not took:
            raise TooLateToCancel(f"line {name} of order {number} has changed just now; look at it again")
        CancellationLine.objects.create(cancellation=made, line=lines[name], units=count)
    _send_back(order, made, {name: min(count, lines[name].shipped) for name, count in gone.items()})
    if asked:
        services.tell(order, "order.cancel_requested", cancellation=str(made.id), reason=made.reason)
    else:
        _nothing_to_do(order, made, now=now)
    return made


def decide(asked: Cancellation, order: Order, *, granted: Mapping[str, int], why_not: str, now: datetime) -> bool:
    """Cancel the units granted by line_id, refuse the rest; call it with the order's row locked. False if decided.

    Where nothing has left and nothing would be left, the order is to be taken back as a whole: its own journey does
    that, which knows everything that was done for it.
    """
    lines = list(asked.lines.select_related("line"))
    granted = {
        name: count for name, count in cancellation_units.only_with_goods(asked, order, granted).items() if count
    }
    cancels = sum(granted.values())
    rest = sum(line.quantity - line.shipped - line.cancelled for line in order.lines.all()) - cancels
    whole = bool(cancels) and not rest and not any(line.shipped for line in order.lines.all())
    lost = {each.line.line_id: each.units - granted.get(each.line.line_id, 0) for each in lines}
    short = {name: count for name, count in lost.items() if count}
    became = CancellationState.REFUSED if asked.asked_by != AskedBy.CHANNEL else CancellationState.BECOMES_RETURN
    state = CancellationState.GRANTED if cancels else became
    decided = Cancellation.objects.filter(id=asked.id, state=CancellationState.REQUESTED).update(
        state=state, whole=whole, refused_because=why_not[:500] if short else "", decided_at=now
    )
    if not decided:
        return False
    for each in lines:
        takes = 0 if whole else granted.get(each.line.line_id, 0)
        OrderLine.objects.filter(id=each.line_id).update(
            cancel_requested=F("cancel_requested") - each.units, cancelled=F("cancelled") + takes
        )
        CancellationLine.objects.filter(id=each.id).update(cancelled=granted.get(each.line.line_id, 0))
    if cancels and not whole:
        if not rest:
            services.move_on(order, to=OrderState.SHIPPED, since=[OrderState.PART_SHIPPED])
        services.tell(order, "order.part_cancelled", reason=asked.reason)
    if asked.asked_by == AskedBy.CHANNEL:
        _send_back(order, asked, short)
    services.tell(order, "order.cancellation_decided", cancellation=str(asked.id), state=state)
    return True


def settle(asked: Cancellation, order: Order, *, now: datetime) -> None:
    """Everything that follows from it is through. Said once."""
    done = Cancellation.objects.filter(id=asked.id, settled_at=None)
    if done.update(settled_at=now):
        Cancellation.objects.filter(id=asked.id, state__in=OPEN).update(state=CancellationState.DONE)
        state = Cancellation.objects.values_list("state", flat=True).get(id=asked.id)
        services.tell(order, "order.cancellation_settled", cancellation=str(asked.id), state=state)


def _too_late(order: Order, lines: Mapping[str, OrderLine], gone: Mapping[str, int]) -> TooLateToCancel:
    told = [
        {
            "pointer": "/lines",
            "detail": f"Line {name}: {lines[name].quantity} ordered, {lines[name].shipped} have left, "
            f"{lines[name].cancelled} are cancelled, {lines[name].cancel_requested} are being cancelled.",
        }
        for name in gone
    ]
    return TooLateToCancel(
        f"Order {order.number} is {order.state.replace('_', ' ')}: less is open than you want cancelled. "
        "What has left can be sent back as a return.",
        errors=told,
    )


def _send_back(order: Order, asked: Cancellation, units: Mapping[str, int]) -> None:
    """Goods left though the channel has cancelled them: the return journey takes it from here, with the evidence."""
    goods = {line.line_id for line in order.lines.all() if not line.is_service}  # nothing else can come back
    lines = [{"line_id": name, "quantity": count} for name, count in units.items() if count > 0 and name in goods]
    if lines:
        services.tell(order, "order.return_needed", cancellation=str(asked.id), lines=lines, reason=asked.reason)


def _nothing_to_do(order: Order, made: Cancellation, *, now: datetime) -> None:
    """A channel cancels what has left, or what is cancelled already."""
    shipped = any(line.shipped for line in order.lines.all())
    made.state = CancellationState.BECOMES_RETURN if shipped else CancellationState.DONE
    made.refused_because = "all of it had left" if shipped else ""
    made.decided_at = made.settled_at = now
    made.save(update_fields=["state", "refused_because", "decided_at", "settled_at"])
    services.tell(order, "order.cancellation_settled", cancellation=str(made.id), state=made.state)
