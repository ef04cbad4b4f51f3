"""Change the stock book: movements, reservations, parcels that leave. Every write may be sent twice."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from canonical.stock import StockMovement
from process_apis.stock.book import promises, statements, trouble
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError

SKUS_IN_A_FACT = 500


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

    A known key with other content is a case, and the first stands. Goods that leave though they are promised leave a
    shortage, and a case that names the orders it hits.
    """
    if not movements:
        return 0
    rows = columns(movements)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.OPEN_POSITIONS, rows)
        cursor.execute(statements.MOVE, rows)
        new, given, skus, worse = cursor.fetchone()
        if new:
            tell(skus, aggregate=f"stock:{movements[0].source}:{skus[0]}")
        trouble.report_worse(json.loads(worse))
        if new < given or given < len(movements):
            cursor.execute(statements.DIFFERS, rows)
            trouble.report_conflicts(cursor.fetchall())
    return int(new)


def columns(movements: Iterable[StockMovement]) -> dict[str, Any]:
    """Movements as the arrays that the statements take."""
    rows = list(movements)
    return {
        "key": [row.key for row in rows],
        "sku": [row.sku for row in rows],
        "node": [row.node for row in rows],
        "state": [row.state.value for row in rows],
        "units": [row.units for row in rows],
        "reason": [row.reason.value for row in rows],
        "source": [row.source for row in rows],
        "sequence": [row.sequence for row in rows],
        "occurred_at": [row.occurred_at for row in rows],
        "correlation_id": correlation.current(),
    }


def reserve(*, order_number: str, demands: Sequence[Demand]) -> None:
    """Promise a whole basket or nothing of it, in one statement. Raises OutOfStock naming what is short.

    Demand is summed for each (sku, node) before the check and rows are locked in that order, so that two lines of
    one sku count together and two baskets never wait for each other in a circle. Sent twice, it happens once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(promises.RESERVE, {"order_number": order_number, **wanted(demands)})
        taken, asked = cursor.fetchone()
        if taken != asked:
            raise OutOfStock(f"order {order_number}: {short(demands)}")
        tell({demand.sku for demand in demands}, aggregate=f"stock:{order_number}")


def release(*, order_number: str) -> int:
    """Give back what an order has promised to it and not shipped. Returns the units given back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(promises.RELEASE, {"order_number": order_number, "to": "released"})
        units, skus, _ = cursor.fetchone()
        if units:
            tell(skus, aggregate=f"stock:{order_number}")
    return int(units)


def allocate(*, order_number: str, node: str = "") -> int:
    """The node has been asked to send what is promised to an order: from reserved to allocated. Returns the units."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(promises.ALLOCATE, {"order_number": order_number, "node": node})
        return int(cursor.fetchone()[0])


def recall(*, order_number: str, node: str = "") -> int:
    """The node need not send it after all: from allocated back to reserved. Returns the units."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(promises.RECALL, {"order_number": order_number, "node": node})
        return int(cursor.fetchone()[0])


def dispatch(
    *, order_number: str, parcel: str, node: str, units: Mapping[str, Mapping[str, int]], at: datetime
) -> None:
    """Goods have left: consume their reservation, take them off hand, write the movements.

    `units`: line → sku → units; a bundle's line has its parts. Raises NothingReserved if a line has less of a sku
    reserved in this node than left it.
    """
    parts = [(line, sku, count) for line, skus in sorted(units.items()) for sku, count in sorted(skus.items())]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statements.DISPATCH,
            {
                "order_number": order_number,
                "node": node,
                "line_id": [line for line, _, _ in parts],
                "sku": [sku for _, sku, _ in parts],
                "units": [count for _, _, count in parts],
                "parcel": parcel,
                "at": at,
                "correlation_id": correlation.current(),
            },
        )
        consumed = cursor.fetchone()[0]
        if consumed != len(parts):
            raise NothingReserved(f"parcel {parcel} of order {order_number} holds lines not reserved at {node}")
        tell({sku for _, sku, _ in parts}, aggregate=f"stock:{order_number}")


def wanted(demands: Sequence[Demand]) -> dict[str, Any]:
    """Demands as the arrays that the statements take."""
    return {
        "line_id": [demand.line_id for demand in demands],
        "sku": [demand.sku for demand in demands],
        "node": [demand.node for demand in demands],
        "units": [demand.units for demand in demands],
    }


def short(demands: Sequence[Demand]) -> str:
    """What of a basket is not there, in words."""
    with connection.cursor() as cursor:
        cursor.execute(promises.SHORT, wanted(demands))
        missing = [f"{sku} at {node}: {asked} wanted, {free} free" for sku, node, asked, free in cursor.fetchall()]
    return "; ".join(missing) or "the stock was taken by another order a moment ago"


def tell(skus: Iterable[str], *, aggregate: str) -> None:
    """Say, in the transaction of the change, that what can be sold of these skus may be different."""
    names = sorted(set(skus))
    for start in range(0, len(names), SKUS_IN_A_FACT):
        part = names[start : start + SKUS_IN_A_FACT]
        outbox.add(name="stock.changed", aggregate=aggregate, data={"skus": part})
