"""What is wrong with the goods becomes a case: less than is promised, below zero, told twice with different words.

Of what is promised and not there each promise that is hit is told as well, the last made first: what is only held
before what an order has, and that before what a node was asked for, which may say itself what it does not find.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db.models import Case, When

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.stock.models import Reservation, ReservationState, StockPosition
from retail_platform.kernel.outbox import services as outbox

HIT_FIRST = (ReservationState.HELD, ReservationState.OPEN, ReservationState.ALLOCATED)
PROMISES_LOOKED_AT = 200


def report_worse(positions: Sequence[Mapping[str, Any]]) -> None:
    """One case for each position that has a greater shortage than before or fell below zero."""
    for position in positions:
        sku, node, on_hand, shortage = (position[name] for name in ("sku", "node", "on_hand", "shortage"))
        if shortage:
            hit = _hit(sku=sku, node=node, shortage=shortage)
            for promise, units in hit:
                _tell(promise, units)
            orders = dict.fromkeys(promise.order_number for promise, _ in hit)
            cases.open_case(
                kind=CaseKind.BUSINESS,
                fingerprint=f"stock.shortage:{node}:{sku}",
                subject=f"{sku}@{node}",
                title=f"{sku} at {node}: {shortage} units are promised that are not there",
                detail=f"The last promised are hit first: {', '.join(orders) or 'none that is still open'}.",
                proposal="Send these orders from another node, or cancel them; or count again if the goods are there.",
            )
        elif on_hand < 0:
            cases.open_case(
                kind=CaseKind.BUSINESS,
                fingerprint=f"stock.negative:{node}:{sku}",
                subject=f"{sku}@{node}",
                title=f"{sku} at {node}: {on_hand} on hand",
                detail="More was sold there than was ever received: a receipt is late, or a sale was told wrongly.",
                proposal="Nothing if the receipt comes; else count the goods and send the count.",
            )


def _hit(*, sku: str, node: str, shortage: int) -> list[tuple[Reservation, int]]:
    """The promises a shortage hits, each with its units that are not there, until it is covered."""
    found: list[tuple[Reservation, int]] = []
    rows = Reservation.objects.filter(sku=sku, node=node, state__in=HIT_FIRST)
    nearest = Case(*(When(state=state, then=place) for place, state in enumerate(HIT_FIRST)), default=len(HIT_FIRST))
    for promise in rows.order_by(nearest, "-id")[:PROMISES_LOOKED_AT]:
        if shortage <= 0:
            break
        units = min(promise.units - promise.consumed, shortage)
        found.append((promise, units))
        shortage -= units
    return found


def still_short(*, sku: str, node: str) -> int:
    """Units promised there that are not there, as it stands now."""
    return StockPosition.objects.filter(sku=sku, node=node).values_list("shortage", flat=True).first() or 0


def _tell(promise: Reservation, units: int) -> None:
    outbox.add(
        name="stock.oversold", aggregate=f"stock:{promise.node}:{promise.sku}",
        data={"oversold": uuid4().hex, "order_number": promise.order_number, "line_id": promise.line_id,
              "sku": promise.sku, "node": promise.node, "units": units,
              "hold": promise.hold if promise.state == ReservationState.HELD else ""},
    )  # fmt: skip


def report_conflicts(conflicts: Sequence[tuple[str, int, int]]) -> None:
    """One case for each key that was told again with other content; the first word stands."""
    for key, now_told, stands in conflicts:
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"stock.conflict:{key}",
            subject=f"movement:{key}"[:160],
            title=f"the movement {key} was told twice with different content",
            detail=f"{stands:+d} units stand; the later word was {now_told:+d} units, or another place or state.",
            proposal="Ask the source which is right; if the later one, let it send the difference under a new key.",
        )
