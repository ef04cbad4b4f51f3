"""Ask for units of an order to be cancelled, say what became of that, and once. The order's row lock is the referee.

Note [One winner]: who records a parcel and who decides a cancellation both lock the order's row first, then look at
what is open of each line. So a unit is either in a parcel or cancelled; a CHECK on the line says the same.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from process_apis.orders import belonging, queries, services
from process_apis.orders.cancellation_models import OPEN, AskedBy, Cancellation, CancellationLine, CancellationState
from process_apis.orders.models import Order, OrderLine, OrderState
from retail_platform.kernel import correlation
from retail_platform.kernel.problem import DomainError, NotFound, Unprocessable


class TooLateToCancel(DomainError):
    """What you want cancelled has left, or is cancelled already. Once it is with you, send it back as a return."""

    status, kind, title = 409, "too-late-to-cancel", "This cannot be cancelled any more"


class NoSuchCancellation(NotFound):
    """No cancellation of this id, or not one of yours."""

    title = "There is no such cancellation"


class NoSuchLine(Unprocessable):
    """The order has no such line."""

    kind, title = "no-such-line", "The order has no such line"


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
    wanted = _wanted(lines, can, units)
    if asked_by == AskedBy.CHANNEL:
        wanted = _as_sent(lines, can, wanted)
    wanted = _with_services(lines, can, wanted)
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


def cancellation(cancellation_id: UUID) -> Cancellation:
    """One request with its order. Raises NoSuchCancellation."""
    found = Cancellation.objects.select_related("order").filter(id=cancellation_id).first()
    if found is None:
        raise NoSuchCancellation(f"there is no cancellation {cancellation_id}; take the id from the order")
    return found


def of_order(order: Order) -> list[Cancellation]:
    """All requests of an order, the oldest first."""
    return list(Cancellation.objects.filter(order=order).select_related("order").prefetch_related("lines__line")[:200])


def undecided(order: Order) -> list[Cancellation]:
    """What is asked for and not decided, the oldest first."""
    return list(Cancellation.objects.filter(order=order, state=CancellationState.REQUESTED))


def unsettled(order: Order) -> list[Cancellation]:
    """What is not through yet, the oldest first: its money or another system is still to follow."""
    return list(Cancellation.objects.filter(order=order, settled_at=None))


def taken_back(order: Order) -> Cancellation | None:
    """The request because of which the whole order is to be taken back."""
    return Cancellation.objects.filter(order=order, whole=True).exclude(state=CancellationState.REQUESTED).first()


def from_channel(order: Order) -> bool:
    """Has the order's channel cancelled any of it?"""
    return Cancellation.objects.filter(order=order, asked_by=AskedBy.CHANNEL).exists()


def taken_off(order: Order) -> Counter[str]:
    """Units that the order's channel has taken off it, by line_id, whether or not they could still be stopped."""
    units: Counter[str] = Counter()
    for asked in Cancellation.objects.filter(order=order, asked_by=AskedBy.CHANNEL):
        units.update(asked.evidence.get("units", {}))
    return units


def gone_at_channel(order: Order, remains: Mapping[str, int]) -> dict[str, int]:
    """Units that a channel took off an order and we did not know of, by line_id. `remains` is what it shows now.

    What we cancelled ourselves it has been told of, and what it has told us of before is asked for already. What was
    sent instead of a line counts as that line: the channel knows no other.
    """
    lines = list(order.lines.all())
    sold_as = {line.line_id: line.sold_as for line in lines}
    known: Counter[str] = Counter()
    for asked in Cancellation.objects.filter(order=order).prefetch_related("lines__line"):
        if asked.asked_by == AskedBy.CHANNEL:
            told = asked.evidence.get("units", {})
        else:
            undecided = asked.state == CancellationState.REQUESTED
            told = {each.line.line_id: each.units if undecided else each.cancelled for each in asked.lines.all()}
        for name, count in told.items():
            known[sold_as.get(name, name)] += count
    for line in lines:  # what came back is off the channel's order too, and was no cancellation
        known[line.sold_as] += line.returned
    ordered = {line.line_id: line.quantity for line in lines if line.line_id in remains}
    gone = {name: quantity - remains[name] - known[name] for name, quantity in ordered.items()}
    return {name: count for name, count in gone.items() if count > 0}


def decide(asked: Cancellation, order: Order, *, granted: Mapping[str, int], why_not: str, now: datetime) -> bool:
    """Cancel the units granted by line_id, refuse the rest; call it with the order's row locked. False if decided.

    Where nothing has left and nothing would be left, the order is to be taken back as a whole: its own journey does
    that, which knows everything that was done for it.
    """
    lines = list(asked.lines.select_related("line"))
    granted = {name: count for name, count in _only_with_goods(asked, order, granted).items() if count}
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


def _wanted(lines: Mapping[str, OrderLine], can: Mapping[str, int], units: Mapping[str, int] | None) -> dict[str, int]:
    if units is None:
        return {name: count for name, count in can.items() if count > 0}
    if strange := sorted(units.keys() - lines.keys()):
        raise NoSuchLine(
            f"the order has the lines {', '.join(lines)}; name one of these",
            errors=[{"pointer": "/lines", "detail": f"There is no line {name!r}."} for name in strange],
        )
    return dict(units)


def _as_sent(lines: Mapping[str, OrderLine], can: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Units of the lines that a channel sold, by the lines we send: a substitute goes with what it stands for.

    What can still be stopped is taken first, then what has left.
    """
    found: Counter[str] = Counter()
    for sold, count in wanted.items():
        mine = [sold, *(name for name, line in lines.items() if line.instead_of == sold)]
        for at_hand in (can, {name: lines[name].shipped for name in mine}):
            for name in mine:
                takes = max(0, min(count, at_hand[name]))
                found[name] += takes
                count -= takes
        found[sold] += count  # cancelled already
    return {name: count for name, count in found.items() if count}


def _with_services(lines: Mapping[str, OrderLine], can: Mapping[str, int], wanted: dict[str, int]) -> dict[str, int]:
    """Gift wrap and fees go with the goods they belong to: nothing else would ever bill them."""
    gone = {name: min(count, can[name]) for name, count in wanted.items()}
    too = belonging.to_cancel([belonging.Line.of(line, as_asked=True) for line in lines.values()], gone)
    return wanted | {name: max(count, wanted.get(name, 0)) for name, count in too.items()}


def _only_with_goods(asked: Cancellation, order: Order, granted: Mapping[str, int]) -> dict[str, int]:
    """What is granted, without services that were asked for along with goods that now are sent after all."""
    lines = {line.line_id: belonging.Line.of(line) for line in order.lines.all()}
    goods = {each.line.line_id: each.units for each in asked.lines.select_related("line") if not each.line.is_service}
    gone = {name: granted.get(name, 0) for name in goods}
    if gone == goods:
        return dict(granted)
    sold = {lines[name].sold_as for name in goods}
    may = belonging.to_cancel(list(lines.values()), gone)
    return {
        name: min(count, may.get(name, 0)) if _along(lines[name], sold) else count for name, count in granted.items()
    }  # fmt: skip


def _along(line: belonging.Line, sold: set[str]) -> bool:
    return line.is_service and bool(sold) and (not line.belongs_to or line.belongs_to in sold)


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
