"""Promise goods outside a transaction, durable when it returns; hold them for a while; confirm, expire, move a promise.

held(for a while) → open (confirmed for an order) → allocated (a node was asked to send) → consumed (it left).
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from process_apis.stock import services
from process_apis.stock.book import promises, statements
from process_apis.stock.models import Reservation, ReservationState
from process_apis.stock.reserving import baskets
from process_apis.stock.reserving.baskets import Basket
from process_apis.stock.reserving.combiner import Combiner
from process_apis.stock.services import Demand, tell
from retail_platform.kernel.problem import DomainError, NotFound

_combined = Combiner(baskets.promise_at_once)
# One lane for all goods: those who come while a commit is under way share the next one, whatever they want. Lanes for
# each sku answered a third as many when a thousand skus were asked for by 32 clients, and no more when it was one.
_LANE = "all"


class HoldExpired(DomainError):
    """The hold ran out, was given back, or belongs to an order by now. Hold the goods again."""

    status = 409
    kind = "hold-expired"
    title = "These goods are not held any more"


class HoldLost(DomainError):
    """Some of it is not there after all, by a count or a sale at a till. Nothing of the basket is held any more."""

    status = 409
    kind = "hold-lost"
    title = "Some of these goods are not there after all"


class NoSuchHold(NotFound):
    """There is no hold of this id, or it is not yours to see."""

    title = "There is no such hold"


class PromisedAlready(DomainError):
    """The order has a promise for this line there already, which stands."""

    status = 409
    kind = "promised-already"
    title = "The order has this line promised already"


def reserve_now(*, order_number: str, demands: Sequence[Demand]) -> None:
    """Promise a whole basket to an order, together with whoever else wants something now. Raises OutOfStock."""
    _ask(Basket(order_number, demands))


def hold(*, hold: str, holder: str, demands: Sequence[Demand], hold_s: int | None = None) -> list[Reservation]:
    """Hold a whole basket for a while. The same hold again changes nothing. Raises OutOfStock and HoldsTooMuch."""
    seconds = settings.STOCK_HOLD_S if hold_s is None else hold_s
    _ask(Basket(hold, demands, hold=hold, holder=holder, hold_s=seconds, cap=settings.STOCK_HELD_AT_MOST))
    return held(hold)


def held(hold: str) -> list[Reservation]:
    """The parts of a hold, whatever has become of them. Raises NoSuchHold."""
    found = list(Reservation.objects.filter(hold=hold).exclude(hold="").order_by("id"))
    if not found:
        raise NoSuchHold("check the id; it is the one the hold was made with")
    return found


def confirm(*, hold: str, order_number: str) -> list[Reservation]:
    """The order is placed: what was held is promised to it. Twice is once. Raises HoldExpired and HoldLost.

    Against expiry the database's clock and the rows decide: exactly one of the two happens.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(promises.CONFIRM, {"hold": hold, "order_number": order_number})
                confirmed = cursor.rowcount
        except IntegrityError as twice:
            raise PromisedAlready(
                f"order {order_number} has these lines promised already; name another order"
            ) from twice
        parts = held(hold)
        if confirmed != len(parts) and any(part.order_number != order_number for part in parts):
            if lost := [part for part in parts if part.state == ReservationState.LOST]:
                raise HoldLost(
                    f"{', '.join(f'{part.units} x {part.sku} at {part.node}' for part in lost)}: not there after all; "
                    "ask what is available and hold anew"
                )
            raise HoldExpired(f"hold {hold}: {', '.join(sorted({part.state for part in parts}))}; hold the goods again")
    return parts


def give_back(*, hold: str) -> None:
    """The shopper does not want it after all. Twice is once. Raises HoldExpired once an order has it."""
    if services.release(order_number=hold):
        return
    if any(part.order_number != hold for part in held(hold)):
        raise HoldExpired(f"hold {hold} belongs to an order by now; cancel that order instead")


def expire(*, limit: int = 500) -> int:
    """Give back what was held for too long. Several may do so at once. Returns how many reservations ended."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(promises.EXPIRE, {"limit": limit, "to": ReservationState.EXPIRED})
        _, skus, ended = cursor.fetchone()
        if ended:
            tell(skus, aggregate="stock:expired")
    return int(ended)


def transfer(*, order_number: str, line_id: str, node: str, to: str) -> None:
    """Promise a line of an order, with all its parts, from another node instead.

    Raises OutOfStock, NoSuchHold where none is open, PromisedAlready where the other node sends some of the line.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        rows = Reservation.objects.select_for_update().filter(
            order_number=order_number, line_id=line_id, node__in=[node, to]
        )
        there = list(rows.order_by("id"))
        moving = [each for each in there if each.node == node and each.state in ("open", "allocated")]
        if not moving:
            raise NoSuchHold(
                f"line {line_id} of {order_number} has nothing promised at {node}; look at its reservations"
            )
        if any(each.node == to and each.state == ReservationState.ALLOCATED for each in there):
            raise PromisedAlready(f"{to} was asked to send some of line {line_id} of {order_number}; recall that first")
        places = [(each.sku, place) for each in moving for place in (node, to)]  # Note [Locks] in promises.py
        cursor.execute(statements.LOCK, {"sku": [sku for sku, _ in places], "node": [place for _, place in places]})
        for each in moving:
            cursor.execute(promises.TRANSFER, {"id": each.id, "to": ReservationState.TRANSFERRED})
        parts = [Demand(line_id=line_id, sku=p.sku, node=to, units=p.units - p.consumed) for p in moving]
        failed = baskets.promise([Basket(order_number, parts)], anew=True)[0]
        if failed is not None:
            raise failed


def _ask(basket: Basket) -> None:
    if connection.in_atomic_block:  # the caller's transaction decides when it is durable: nobody may share it
        failed = baskets.promise([basket])[0]
        if failed is not None:
            raise failed
    else:
        _combined.submit(basket, key=_LANE)
