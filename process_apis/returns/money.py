"""The money side of the book of returns: credit memos, and refunds on their way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from process_apis.returns import services
from process_apis.returns.models import CreditMemo, Refund, RefundState, RefundWay, Return, ReturnState


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a refund: to which taking of which tender, which way, how much."""

    way: RefundWay
    amount_minor: int
    payment: int | None = None
    taken_reference: str = ""
    account: str = ""


OPEN = (RefundState.PENDING, RefundState.SENT)  # somebody is to see to these
_BEFORE_CREDIT = (*services.BEFORE_GOODS, ReturnState.RECEIVED, ReturnState.INSPECTED, ReturnState.DISPOSITION_SET)


@transaction.atomic
def credit(parent: Return, *, booked_on: date) -> CreditMemo:
    """What we owe the customer for what came back; made once for a return, of its lines as they stand."""
    lines = list(parent.lines.all())
    made, new = CreditMemo.objects.get_or_create(
        key=parent.number,
        defaults={
            "number": f"CM-{parent.number}",
            "parent": parent,
            "order_number": parent.order_number,
            "currency": parent.currency,
            "net_minor": sum(line.net_minor for line in lines) + parent.goodwill_minor,
            "tax_minor": sum(line.tax_minor for line in lines) + parent.goodwill_tax_minor,
            "shipping_minor": parent.shipping_minor,
            "shipping_tax_minor": parent.shipping_tax_minor,
            "fee_minor": sum(line.fee_minor for line in lines),
            "clawback_minor": parent.clawback_minor,
            "total_minor": parent.total_minor,
            "lines": [
                {"line_id": line.line_id, "sku": line.sku, "units": line.units, "net_minor": line.net_minor,
                 "tax_minor": line.tax_minor}
                for line in lines
            ],
            "booked_on": booked_on,
        },
    )  # fmt: skip
    if new:
        services.move(parent, to=ReturnState.CREDITED, since=_BEFORE_CREDIT)
        services.tell(parent, "return.credited", memo=made.number, total_minor=made.total_minor)
    return made


@transaction.atomic
def plan(parent: Return, memo: CreditMemo | None, parts: Sequence[Part]) -> list[Refund]:
    """Write down how the money goes, a row for each part; what is written down for a return stays."""
    if parent.refunds.exclude(state=RefundState.REPLACED).exists():
        return list(parent.refunds.order_by("key"))
    Refund.objects.bulk_create(
        Refund(
            key=f"{parent.number}:{number}", parent=parent, memo=memo, order_number=parent.order_number,
            payment=part.payment, taken_reference=part.taken_reference, way=part.way, amount_minor=part.amount_minor,
            currency=parent.currency, account=part.account,
        )
        for number, part in enumerate(parts, start=1)
    )  # fmt: skip
    return list(parent.refunds.order_by("key"))


def sent(refund: Refund) -> None:
    """It is asked for: from here on nobody but who has the money knows whether it is given back."""
    Refund.objects.filter(id=refund.id, state=RefundState.PENDING).update(state=RefundState.SENT)


def done(refund: Refund, *, reference: str, account: str = "", now: datetime) -> bool:
    """The money is where it should be. False if that is known already."""
    since = [RefundState.PENDING, RefundState.HELD, RefundState.SENT]
    changed = Refund.objects.filter(id=refund.id, state__in=since).update(
        state=RefundState.DONE, provider_reference=reference[:255], done_at=now,
        account=account[:64] or refund.account, failure="",
    )  # fmt: skip
    if changed:
        services.note(refund.parent, "refund.done", refund=str(refund.id), way=refund.way, minor=refund.amount_minor)
    return bool(changed)


def failed(refund: Refund, *, why: str) -> bool:
    """The money could not be given back this way, or came back. What we owe stays owed."""
    since = [RefundState.PENDING, RefundState.HELD, RefundState.SENT, RefundState.DONE]
    if not Refund.objects.filter(id=refund.id, state__in=since).update(state=RefundState.FAILED, failure=why[:300]):
        return False
    open_since = [ReturnState.CREDITED, ReturnState.REFUNDED, ReturnState.HELD, ReturnState.CLOSED]
    services.move(refund.parent, to=ReturnState.REFUND_FAILED, since=open_since, closed_at=None)
    services.tell(refund.parent, "return.refund_failed", refund=str(refund.id), why=why[:300])
    return True


@transaction.atomic
def replace(
    refund: Refund, *, way: RefundWay, by: str, of: Sequence[tuple[int | None, int]], account: str = ""
) -> list[Refund]:
    """Pay a refund that failed another way, approved by somebody, of these tenders and amounts. Raises WrongState."""
    if not Refund.objects.filter(id=refund.id, state=RefundState.FAILED).update(state=RefundState.REPLACED):
        refund.refresh_from_db()
        raise services.WrongState(f"refund {refund.id} is {refund.state}; only one that failed is paid another way")
    first = refund.parent.refunds.count() + 1
    made = [
        Refund.objects.create(
            key=f"{refund.parent.number}:{number}", parent=refund.parent, memo=refund.memo,
            order_number=refund.order_number, payment=payment,
            taken_reference=refund.taken_reference if payment == refund.payment else "", way=way,
            amount_minor=minor, currency=refund.currency, account=account[:64], approved_by=by[:160],
        )
        for number, (payment, minor) in enumerate(of, start=first)
    ]  # fmt: skip
    services.move(refund.parent, to=ReturnState.CREDITED, since=[ReturnState.REFUND_FAILED])
    services.tell(refund.parent, "return.refund_replaced", by=by, refund=str(made[0].id), way=way)
    return made
