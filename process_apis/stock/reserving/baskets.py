"""Promise many baskets in one transaction, each whole or not at all, in the order they came.

Positions are locked once, in (sku, node) order; who fits is decided here, exactly; one statement writes it all.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import psycopg
from django.db import IntegrityError, connection, transaction

from process_apis.stock.book import promises
from process_apis.stock.services import Demand, OutOfStock, tell, wanted
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError

Place = tuple[str, str]


class HoldsTooMuch(DomainError):
    """This shopper holds as much as one may hold. Confirm or give back what is held, or let it expire."""

    status = 409
    kind = "holds-too-much"
    title = "Too much is held already"


@dataclass(frozen=True, slots=True)
class Basket:
    """What one asks for. A hold has a `hold` id, a `holder`, a time to live and a cap; an order has only its number."""

    order_number: str
    demands: Sequence[Demand]
    hold: str = ""
    holder: str = ""
    hold_s: int = 0
    cap: int = 0

    @property
    def units(self) -> int:
        return sum(demand.units for demand in self.demands)


def promise(baskets: Sequence[Basket], *, anew: bool = False) -> list[Exception | None]:
    """For each basket None, or why it was not promised. All that is promised is committed in one transaction.

    An order that has promises already is not promised more, unless `anew`.
    """
    try:
        with transaction.atomic():
            return _promise(baskets, anew=anew)
    except IntegrityError:  # a twin of one of them was written meanwhile: alone, each finds out about its own
        if len(baskets) == 1:
            with transaction.atomic():
                return _promise(baskets, anew=anew)
        return list(chain.from_iterable(promise([basket], anew=anew) for basket in baskets))


def promise_at_once(baskets: Sequence[Basket]) -> list[Exception | None]:
    """Like `promise`, in a single round trip for all that have one line and are not held. Call it in no transaction."""
    outcomes: list[Exception | None] = [None] * len(baskets)
    simple = {
        basket.order_number: n for n, basket in enumerate(baskets) if len(basket.demands) == 1 and not basket.hold
    }
    won = _take_lines([baskets[n] for n in simple.values()]) if simple else set()
    rest = [n for n, basket in enumerate(baskets) if basket.order_number not in won]
    if rest:
        for n, outcome in zip(rest, promise([baskets[n] for n in rest]), strict=True):
            outcomes[n] = outcome
    return outcomes


def _take_lines(baskets: Sequence[Basket]) -> set[str]:
    lines = [basket.demands[0] for basket in baskets]
    skus = sorted({line.sku for line in lines})
    fact = outbox.values(name="stock.changed", aggregate=f"stock:{baskets[0].order_number}", data={"skus": skus})
    values = {"order_number": [basket.order_number for basket in baskets], **wanted(lines), **fact}
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        # Prepared on the server: to plan it costs more than to run it.
        try:
            cursor.execute(promises.TAKE_LINES, values, prepare=True)
        except psycopg.IntegrityError:  # a twin of one of them was written meanwhile
            return set()
        return {baskets[place - 1].order_number for (place,) in cursor.fetchall()}


def _promise(baskets: Sequence[Basket], *, anew: bool) -> list[Exception | None]:
    holders = sorted({basket.holder for basket in baskets if basket.holder})
    parts = [(basket, demand) for basket in baskets for demand in basket.demands]
    with connection.cursor() as cursor:
        held: dict[str, int] = {}
        if holders:
            cursor.execute(promises.ONE_BY_ONE, {"holder": holders})
            cursor.execute(promises.HELD, {"holder": holders})
            held = dict(cursor.fetchall())
        places = sorted({(demand.sku, demand.node) for _, demand in parts})
        cursor.execute(
            promises.LOCK_FREE,
            {
                "sku": [sku for sku, _ in places],
                "node": [node for _, node in places],
                "order_number": [basket.order_number for basket in baskets],
            },
        )
        rows = cursor.fetchall()
        known = set() if anew else {number for kind, number, _, _ in rows if kind == "known"}
        free = {(sku, node): units for kind, sku, node, units in rows if kind == "free"}
        outcomes = decide(baskets, free=free, held=held, known=known)
        won = [
            basket
            for basket, outcome in zip(baskets, outcomes, strict=True)
            if outcome is None and basket.order_number not in known
        ]
        if won:
            cursor.execute(promises.TAKE_ANEW if anew else promises.TAKE, _columns(won))
            tell({demand.sku for basket in won for demand in basket.demands}, aggregate=f"stock:{won[0].order_number}")
    return outcomes


def decide(
    baskets: Sequence[Basket], *, free: Mapping[Place, int], held: Mapping[str, int], known: Collection[str]
) -> list[Exception | None]:
    """Who gets what, first come, first served: None for those that fit, the reason for those that do not."""
    left, holding, seen = dict(free), Counter(held), set(known)
    outcomes: list[Exception | None] = []
    for basket in baskets:
        if basket.order_number in seen:
            outcomes.append(None)  # told twice; it stands
            continue
        asked: Counter[Place] = Counter()
        for demand in basket.demands:
            asked[demand.sku, demand.node] += demand.units
        missing = [(place, units) for place, units in sorted(asked.items()) if left.get(place, 0) < units]
        if missing:
            said = (
                f"{sku} at {node}: {n} wanted, {max(left.get((sku, node), 0), 0)} free" for (sku, node), n in missing
            )
            outcomes.append(OutOfStock("; ".join(said)))
        elif basket.cap and holding[basket.holder] + basket.units > basket.cap:
            outcomes.append(
                HoldsTooMuch(
                    f"{holding[basket.holder]} units are held, {basket.units} more asked, {basket.cap} allowed"
                )
            )
        else:
            for place, units in asked.items():
                left[place] -= units
            holding[basket.holder] += basket.units
            seen.add(basket.order_number)
            outcomes.append(None)
    return outcomes


def _columns(baskets: Sequence[Basket]) -> dict[str, list[object]]:
    first = {basket.order_number: basket for basket in reversed(baskets)}  # one told twice is written once
    parts = [(basket, demand) for basket in first.values() for demand in basket.demands]
    sums: Counter[Place] = Counter()
    for _, demand in parts:
        sums[demand.sku, demand.node] += demand.units
    return {
        "order_number": [basket.order_number for basket, _ in parts],
        "hold": [basket.hold for basket, _ in parts],
        "holder": [basket.holder for basket, _ in parts],
        "hold_s": [basket.hold_s for basket, _ in parts],
        "line_id": [demand.line_id for _, demand in parts],
        "sku": [demand.sku for _, demand in parts],
        "node": [demand.node for _, demand in parts],
        "units": [demand.units for _, demand in parts],
        "sum_sku": [sku for sku, _ in sums],
        "sum_node": [node for _, node in sums],
        "sum_units": list(sums.values()),
    }
