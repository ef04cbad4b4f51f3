"""Read the book of returns."""

from collections.abc import Collection
from datetime import date

from django.db.models import F, Q, QuerySet, Sum

from process_apis.catalog import queries as catalog
from process_apis.returns.models import (
    CreditMemo,
    Disposition,
    Dispute,
    DisputeState,
    Receipt,
    ReceiptLine,
    Refund,
    RefundState,
    RefundWay,
    Return,
    ReturnLine,
    ReturnPolicy,
    ReturnState,
)
from retail_platform.kernel.problem import NotFound

ANNOUNCED = (
    ReturnState.REQUESTED, ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED, ReturnState.IN_TRANSIT,
    ReturnState.LOST_IN_TRANSIT, ReturnState.HELD,
)  # fmt: skip
OVER = (ReturnState.REJECTED, ReturnState.EXPIRED)
_WHOLE = ("lines", "receipts__lines__debit_note", "memos", "refunds", "events")


class NoSuchReturn(NotFound):
    """There is no return of this number, or it is not one of yours."""

    kind, title = "no-such-return", "There is no such return"


class NoSuchReceipt(NotFound):
    """No goods came back under this key or line."""

    kind, title = "no-such-receipt", "There is no such receipt"


class NoSuchRefund(NotFound):
    """The return has no such refund."""

    kind, title = "no-such-refund", "There is no such refund"


def one(number: str) -> Return:
    """One return. Raises NoSuchReturn."""
    found = Return.objects.filter(number=number).first()
    if found is None:
        raise NoSuchReturn(f"there is no return {number!r}; take the number from the answer that opened it")
    return found


def in_full(number: str) -> Return:
    """One return with all that hangs on it. Raises NoSuchReturn."""
    found = Return.objects.prefetch_related(*_WHOLE).filter(number=number).first()
    if found is None:
        raise NoSuchReturn(f"there is no return {number!r}; take the number from the answer that opened it")
    return found


def by_key(key: str) -> Return | None:
    """The return that was asked for under this key."""
    return Return.objects.filter(key=key).first()


def of_order(order_number: str) -> list[Return]:
    """Every return of an order, the oldest first."""
    return list(Return.objects.prefetch_related(*_WHOLE).filter(order_number=order_number).order_by("requested_at"))


def announced(order_number: str) -> list[Return]:
    """Returns of an order whose goods are still to come, the oldest first."""
    rows = Return.objects.prefetch_related("lines").filter(order_number=order_number, state__in=ANNOUNCED)
    return list(rows.filter(lines__received__lt=F("lines__units")).distinct().order_by("requested_at"))


def recent(*, state: str | None = None, order: str | None = None) -> QuerySet[Return]:
    """Returns to page through, with all that hangs on them."""
    wanted = {"state": state, "order_number": order}
    return Return.objects.prefetch_related(*_WHOLE).filter(**{name: value for name, value in wanted.items() if value})


def credited(order_number: str) -> dict[str, tuple[int, int]]:
    """What returns of an order that stand have given, or are to give, for each line: (net, tax)."""
    rows = (
        ReturnLine.objects.filter(parent__order_number=order_number)
        .exclude(parent__state__in=OVER)
        .values_list("line_id")
        .annotate(net=Sum("net_minor"), tax=Sum("tax_minor"))
        .order_by()
    )
    return {line_id: (int(net), int(tax)) for line_id, net, tax in rows}


def shipping_given(order_number: str) -> tuple[int, int]:
    """What of an order's shipping, and of the tax on it, returns that stand have given or are to give."""
    sums = Return.objects.filter(order_number=order_number).exclude(state__in=OVER).aggregate(
        net=Sum("shipping_minor"), tax=Sum("shipping_tax_minor")
    )  # fmt: skip
    return int(sums["net"] or 0), int(sums["tax"] or 0)


def given(order_number: str) -> int:
    """What returns of an order that stand have given, or are to give, all in all."""
    rows = Return.objects.filter(order_number=order_number).exclude(state__in=OVER)
    return int(rows.aggregate(sum=Sum("total_minor"))["sum"] or 0)


def credited_units(order_number: str, *, other_than: Return) -> dict[str, int]:
    """How many units of each line other returns of an order have a credit memo for."""
    rows = ReturnLine.objects.filter(parent__order_number=order_number, parent__memos__isnull=False)
    counted = rows.exclude(parent=other_than).values_list("line_id").annotate(n=Sum("units")).order_by()
    return {line_id: int(units) for line_id, units in counted}


def received(parent: Return) -> list[ReceiptLine]:
    """The goods that came back for a return."""
    return list(ReceiptLine.objects.filter(receipt__parent=parent).select_related("receipt"))


def accepted(parent: Return) -> dict[str, int]:
    """How many units of each line came back as what was sold, by line_id. Of a bundle, whole ones."""
    came: dict[tuple[str, str], int] = {}
    for line in received(parent):
        if line.disposition != Disposition.TO_CUSTOMER and not line.suspect:
            came[line.line_id, line.sku] = came.get((line.line_id, line.sku), 0) + line.units
    lines = list(parent.lines.all())
    parts = catalog.bundles([line.sku for line in lines])
    return {
        line.line_id: min(
            came.get((line.line_id, sku), 0) // units for sku, units in parts.get(line.sku, {line.sku: 1}).items()
        )
        for line in lines
    }


def receipt(key: str) -> Receipt:
    """One receipt by its key. Raises NoSuchReceipt."""
    found = Receipt.objects.select_related("parent").filter(key=key).first()
    if found is None:
        raise NoSuchReceipt(f"no goods were received under {key!r}")
    return found


def unclaimed() -> QuerySet[Receipt]:
    """Goods that came back and nobody knows whose they are."""
    return Receipt.objects.prefetch_related("lines").filter(parent=None).order_by("received_at")


def memo_of(parent: Return) -> CreditMemo | None:
    """The credit memo of a return, once there is one."""
    return CreditMemo.objects.filter(parent=parent).first()


def refund(parent: Return, refund_id: str) -> Refund:
    """One refund of a return. Raises NoSuchRefund."""
    found = Refund.objects.filter(parent=parent, id=refund_id).first()
    if found is None:
        raise NoSuchRefund(f"return {parent.number} has no refund {refund_id}; the return shows those it has")
    return found


def open_disputes(order_number: str) -> dict[int, Dispute]:
    """The disputes of an order that are not decided, by the place of the tender in the order."""
    rows = Dispute.objects.filter(order_number=order_number, state=DisputeState.OPEN)
    return {dispute.payment: dispute for dispute in rows}


def policies(channel: str) -> list[ReturnPolicy]:
    """The policies that may count for a channel, the most particular first."""
    rows = ReturnPolicy.objects.filter(Q(channel=channel) | Q(channel=""), active=True)
    return sorted(rows, key=lambda policy: (not policy.channel, not policy.tax_code))


def due_to_expire(today: date) -> Collection[str]:
    """Returns whose goods should have been here by now."""
    rows = Return.objects.filter(
        state__in=[ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED], expires_at__date__lt=today
    )
    return list(rows.values_list("number", flat=True)[:200])


def taken_off_claim(order_number: str, payment: int) -> int:
    """What returns have taken off what the customer still owes on one tender of an order."""
    rows = Refund.objects.filter(order_number=order_number, payment=payment, way=RefundWay.CLAIM)
    alive = rows.exclude(state__in=[RefundState.FAILED, RefundState.REPLACED])
    return int(alive.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
