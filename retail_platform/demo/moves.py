"""Goods held and goods on the way, under the very ids the documentation shows."""

from datetime import datetime, timedelta

from process_apis.stock.faces import examples
from process_apis.stock.incoming import supplies
from process_apis.stock.incoming.supplies import Told
from process_apis.stock.models import Transfer
from process_apis.stock.moving import transfers
from process_apis.stock.moving.transfers import Receipt
from process_apis.stock.reserving import holds
from process_apis.stock.services import Demand

A_LONG_TIME_S = 365 * 24 * 3600


def write(*, now: datetime) -> None:
    """Two holds of anybody's, and a transfer at each stage. Written once, never again."""
    if Transfer.objects.filter(reference=examples.PLANNED).exists():
        return
    for hold in (examples.HELD, examples.TO_CONFIRM):
        one = Demand("1", examples.SKU, examples.FROM, 1)
        holds.hold(hold=hold, holder="example", demands=[one], hold_s=A_LONG_TIME_S)
    for reference in (examples.PLANNED, examples.TO_SHIP, examples.TO_RECEIVE, examples.TO_CLOSE):
        transfers.plan(
            reference=reference, from_node=examples.FROM, to_node=examples.TO, units={examples.SKU: examples.UNITS},
            due_on=(now + timedelta(days=2)).date(),
        )  # fmt: skip
    for reference in (examples.TO_RECEIVE, examples.TO_CLOSE):
        transfers.ship(reference, at=now)
    transfers.receive(examples.TO_CLOSE, Receipt("GR-1", {examples.SKU: 1}, now))
    next_week = (now + timedelta(days=7)).date()
    supplies.take([Told("PO-7000", "on_order", "SKU-00001", examples.FROM, 40, next_week, 90, "erp")])
