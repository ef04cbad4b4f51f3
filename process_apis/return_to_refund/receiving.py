"""Goods come back: kept and counted at once, in quarantine, whoever's they are.

A receipt may come before anybody announced a return, or without one. It is shown until somebody says whose it is.
Our books of money follow by the journeys RECEIPT and DISPOSAL.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.return_to_refund import movements, suspects
from process_apis.return_to_refund.receipt_rows import Came, rows_of
from process_apis.returns import goods, queries, services
from process_apis.returns.models import Receipt, ReturnState
from process_apis.stock import services as stock


@transaction.atomic
def receive(
    *, key: str, node: str, lines: Sequence[Came], now: datetime, by: str = "", return_number: str = ""
) -> Receipt:
    """Take goods in, once for `key`. Raises NoSuchReturn, ReceiptRefused and WrongState."""
    standing = Receipt.objects.filter(key=key).first()
    if standing:
        return standing
    parent = queries.one(return_number) if return_number else None
    if parent and parent.state in (*queries.OVER, ReturnState.CLOSED):
        raise services.WrongState(
            f"return {parent.number} is {parent.state}; without its number the goods are received, kept and shown"
        )
    rows = rows_of(parent, lines, node=node)
    receipt, new = goods.keep(key=key, parent=parent, node=node, by=by, rows=rows, now=now)
    if new:
        stock.move([move for line in receipt.lines.all() for move in movements.into_quarantine(line, now)])
        for line in receipt.lines.exclude(suspect=""):
            suspects.report(line)
        if parent is None:
            _ask_whose(receipt)
    return receipt


@transaction.atomic
def attach(receipt: Receipt, return_number: str, *, by: str) -> Receipt:
    """Say whose goods these are. Raises NoSuchReturn, ReceiptRefused and WrongState."""
    parent = queries.one(return_number)
    came = [Came(line.sku, line.units, line.line_id, line.condition, line.serial) for line in receipt.lines.all()]
    rows = rows_of(parent, came, node=receipt.node)
    goods.attach(receipt, parent, line_ids=[row.line_id for row in rows], by=by)
    return receipt


def _ask_whose(receipt: Receipt) -> None:
    what = ", ".join(f"{line.units} x {line.sku}" for line in receipt.lines.all())
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"receipt:{receipt.id}",
        subject=receipt.key,
        title=f"{what} came back to {receipt.node}, and nobody knows whose they are",
        detail=f"Receipt {receipt.key}. They lie in quarantine.",
        proposal="Open the return they belong to and attach the receipt to it; else keep or destroy the goods.",
    )
