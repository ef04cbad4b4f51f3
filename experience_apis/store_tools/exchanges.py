"""Exchanges of a store, also those its tills rang up offline: what came of each, in words for the counter."""

from typing import Any

from django.db.models import Q, QuerySet

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.engine.models import ProcessRun, RunState
from process_apis.orders.models import Order, OrderState
from process_apis.return_to_refund.models import Exchange
from process_apis.returns.models import RefundState, RefundWay, ReturnState
from retail_platform.kernel.problem import NotFound

MOST = 30
_TURNED_DOWN = {
    ReturnState.REJECTED: "The goods were turned away: nothing was exchanged.",
    ReturnState.EXPIRED: "The goods never came: nothing was exchanged.",
}
_URGENT = ("at the desk", "came to nothing", "not in our book", "turned down")
_WAYS = {
    RefundWay.ORIGINAL: "as it was paid",
    RefundWay.STORE_CREDIT: "as store credit",
    RefundWay.GIFT_CARD: "to the gift card",
    RefundWay.CASH: "in cash from the till",
}


def of_store(node: str, *, ticket: str = "") -> list[dict[str, Any]]:
    """The latest of a store; those of one ticket number of its tills, if told."""
    rows = _rows(node)
    if ticket:
        rows = rows.filter(parent__key__startswith=f"ticket:{node}:", parent__key__endswith=f":{ticket}")
    return [_shown(row) for row in rows.order_by("-parent__requested_at")[:MOST]]


def one(node: str, number: str) -> dict[str, Any]:
    """The exchange of one return. Raises NotFound."""
    found = _rows(node).filter(parent__number=number).first()
    if found is None:
        raise NotFound("This store has no exchange of this number.")
    parent, back, new = found.parent, list(found.parent.lines.all()), found.lines
    known = catalog.products({line.sku for line in back} | {line["sku"] for line in new})
    titles = {sku: product.title for sku, product in known.items()}
    return _shown(found) | {
        "back": [(line.units, titles.get(line.sku) or line.sku, line.sku) for line in back],
        "new": [(line["quantity"], titles.get(line["sku"]) or line["sku"], line["sku"]) for line in new],
        "refunds": _left_over(found),
        "staff": parent.requested_by,
    }


def _rows(node: str) -> QuerySet[Exchange]:
    here = Q(node=node) | Q(parent__node=node)
    return Exchange.objects.filter(here).select_related("parent").prefetch_related("parent__lines")


def _shown(row: Exchange) -> dict[str, Any]:
    parent = row.parent
    _, _, till, _, ticket = parts if len(parts := parent.key.split(":")) == 5 and parts[0] == "ticket" else [""] * 5
    order = Order.objects.filter(number=row.order_number).first() if row.order_number else None
    word, said = _outcome(row, order)
    paid = row.difference
    return {
        "number": parent.number, "sale": parent.order_number, "at": parent.requested_at, "till": till,
        "ticket": ticket, "order": row.order_number, "word": word, "said": said,
        "brings": Money(minor=row.agreed_minor, currency=parent.currency),
        "costs": Money(minor=row.total_minor, currency=row.currency),
        "urgent": word in _URGENT,
        "on_top": paid.get("reference", "") if paid.get("taken") else "", "taken": _taken(row),
        "handed_over": row.handed_over,
    }  # fmt: skip


def _taken(row: Exchange) -> Money:
    """What the till took on top."""
    credit = row.credit_minor or min(row.agreed_minor, row.total_minor)  # until what came back is credited: as agreed
    return Money(minor=row.total_minor - credit, currency=row.currency)


def _left_over(row: Exchange) -> list[tuple[Money, str]]:
    """What of the return did not go into the new goods, and how it goes back."""
    sums: dict[str, int] = {RefundWay.STORE_CREDIT: -row.carried_minor}
    for refund in row.parent.refunds.exclude(state__in=(RefundState.FAILED, RefundState.REPLACED)).order_by("key"):
        sums[refund.way] = sums.get(refund.way, 0) + refund.amount_minor
    money = {RefundWay(way): Money(minor=minor, currency=row.parent.currency) for way, minor in sums.items()}
    return [(each, _WAYS.get(way, way.label)) for way, each in money.items() if each.minor > 0]


def _at_the_desk(order: Order) -> bool:
    """Does the journey of the new goods wait for a person?"""
    return ProcessRun.objects.filter(subject=order.number, state=RunState.PARKED).exists()


def _outcome(row: Exchange, order: Order | None) -> tuple[str, str]:
    """A word, and a sentence that says what is to be done."""
    parent = row.parent
    if row.called_off:
        return "came to nothing", f"The customer gets the money back: {row.called_off}."
    if parent.state in _TURNED_DOWN:
        return "turned down", _TURNED_DOWN[ReturnState(parent.state)]
    if order is not None and order.state == OrderState.CANCELLED:
        credit = Money(minor=row.credit_minor, currency=row.currency)
        return (
            "not in our book",
            f"Our book has too few of the new goods: count them. {credit} wait as store credit.",
        )
    if order is not None and _at_the_desk(order):
        return "at the desk", f"Somebody looks into order {order.number}: count the new goods if our book may be wrong."
    if order is not None and order.state == OrderState.CLOSED:
        return "booked", "Return and sale are booked."
    if parent.state == ReturnState.HELD:
        return "waits", f"It waits for {parent.get_held_for_display()}. There is nothing to do here."
    if order is not None:
        handed = "The sale is being booked." if row.handed_over else "The new goods are ordered."
        return "being booked", handed
    return "being booked", "What came back is being credited."
