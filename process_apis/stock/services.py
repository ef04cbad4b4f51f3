"""Change the stock book: movements, reservations, parcels that leave. Every write may be sent twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from canonical.stock import StockMovement
from process_apis.stock import statements
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError


class OutOfStock(DomainError):
    """Some units asked for are not there any more."""

    status = 409
    kind = "out-of-stock"
    title = "Not enough in stock"


class NothingReserved(DomainError):
    """A parcel holds goods that no reservation of its order covers."""

    status = 409
    kind = "nothing-reserved"
    title = "These goods were not reserved for this order"


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of one order line wanted from one node."""

    line_id: str
    sku: str
    node: str
    units: int


def move(movements: Sequence[StockMovement]) -> int:
    """Apply movements that are new; known keys change nothing. Returns how many were new.

    Raises OutOfStock if on hand would fall below what is promised: then none of them is applied.
    """
    rows = sorted(movements, key=lambda movement: (movement.sku, movement.node))
    with statements.refusing_oversale(OutOfStock), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statements.MOVE,
            {
                "key": [row.key for row in rows],
                "sku": [row.sku for row in rows],
                "node": [row.node for row in rows],
                "units": [row.units for row in rows],
                "reason": [row.reason.value for row in rows],
                "source": [row.source for row in rows],
                "occurred_at": [row.occurred_at for row in rows],
                "correlation_id": correlation.current(),
            },
        )
        (new,) = cursor.fetchone()
        if new:
            _tell({row.sku for row in rows}, aggregate=f"stock:{rows[0].source}:{rows[0].sku}")
    return int(new)


def reserve(*, order_number: str, demands: Sequence[Demand]) -> None:
    """Promise a whole basket or nothing of it, in one statement. Raises OutOfStock naming what is short.

    Demand is summed for each (sku, node) before the check and rows are locked in that order, so that two lines of
    one sku count together and two baskets never wait for each other in a circle. Sent twice, it happens once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statements.RESERVE,
            {
                "order_number": order_number,
                "line_id": [demand.line_id for demand in demands],
                "sku": [demand.sku for demand in demands],
                "node": [demand.node for demand in demands],
                "units": [demand.units for demand in demands],
            },
        )
        taken, wanted = cursor.fetchone()
        if taken != wanted:
            raise OutOfStock(f"order {order_number}: {_short(demands)}")
        _tell({demand.sku for demand in demands}, aggregate=f"stock:{order_number}")


def release(*, order_number: str) -> int:
    """Give back what an order has promised to it and not shipped. Returns the units given back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.RELEASE, {"order_number": order_number})
        units, skus = cursor.fetchone()
        if units:
            _tell(set(skus), aggregate=f"stock:{order_number}")
    return int(units)


def dispatch(*, order_number: str, parcel: str, node: str, units: dict[str, tuple[str, int]], at: datetime) -> None:
    """Goods have left: consume their reservation, take them off hand, write the movements. `units`: line → (sku, n).

    Raises NothingReserved if a line has less reserved in this node than left it.
    """
    lines = sorted(units)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statements.DISPATCH,
            {
                "order_number": order_number,
                "node": node,
                "line_id": lines,
                "sku": [units[line][0] for line in lines],
                "units": [units[line][1] for line in lines],
                "parcel": parcel,
                "at": at,
                "correlation_id": correlation.current(),
            },
        )
        (consumed,) = cursor.fetchone()
        if consumed != len(lines):
            raise NothingReserved(f"parcel {parcel} of order {order_number} holds lines not reserved at {node}")
        _tell({sku for sku, _ in units.values()}, aggregate=f"stock:{order_number}")


def _short(demands: Sequence[Demand]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            statements.SHORT,
            {
                "sku": [demand.sku for demand in demands],
                "node": [demand.node for demand in demands],
                "units": [demand.units for demand in demands],
            },
        )
        short = [f"{sku} at {node}: {wanted} wanted, {free} free" for sku, node, wanted, free in cursor.fetchall()]
    return "; ".join(short) or "the stock was taken by another order a moment ago"


def _tell(skus: set[str], *, aggregate: str) -> None:
    outbox.add(name="stock.changed", aggregate=aggregate, data={"skus": sorted(skus)})
