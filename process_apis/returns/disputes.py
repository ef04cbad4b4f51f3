"""Chargebacks in the book of returns. Each function is one conditional write, so that a repeat changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from process_apis.returns import services
from process_apis.returns.models import Dispute, DisputeState, HeldFor, Refund, RefundState, Return, ReturnState
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import NotFound

_NOT_SENT = (RefundState.PENDING, RefundState.HELD)


class NoSuchDispute(NotFound):
    """No chargeback is known by this name."""

    kind, title = "no-such-dispute", "There is no such dispute"


@transaction.atomic
def opened(
    *,
    reference: str,
    order_number: str,
    payment: int,
    amount_minor: int,
    fee_minor: int,
    currency: str,
    now: datetime,
    reason: str = "",
    answer_by: datetime | None = None,
) -> Dispute:
    """Write a chargeback down and tell of it; one that is known stays as it is."""
    fields = {
        "order_number": order_number, "payment": payment, "amount_minor": amount_minor, "fee_minor": fee_minor,
        "currency": currency, "opened_at": now, "reason": reason[:120], "answer_by": answer_by,
    }  # fmt: skip
    standing, new = Dispute.objects.get_or_create(reference=reference, defaults=fields)
    if new:
        _tell("dispute.opened", standing)
    return standing


@transaction.atomic
def decided(dispute: Dispute, *, state: DisputeState, now: datetime) -> bool:
    """The bank has decided. False for one that is decided already."""
    changed = Dispute.objects.filter(id=dispute.id, state=DisputeState.OPEN).update(state=state, decided_at=now)
    if changed:
        _tell("dispute.decided", dispute)
    return bool(changed)


def one(reference: str) -> Dispute:
    """One chargeback. Raises NoSuchDispute."""
    found = Dispute.objects.filter(reference=reference).first()
    if found is None:
        raise NoSuchDispute(f"there is no dispute {reference!r}; take the reference from its webhook")
    return found


def answered(dispute: Dispute, *, evidence: str) -> None:
    """What we told the bank, kept once."""
    Dispute.objects.filter(id=dispute.id).exclude(evidence__contains=[evidence]).update(
        evidence=[*dispute.evidence, evidence]
    )


def refunds_of(dispute: Dispute) -> QuerySet[Refund]:
    """All that went, or is to go, to the disputed tender for returns, the oldest first."""
    return _of(dispute).order_by("made_at", "key")


def given_back(dispute: Dispute) -> list[Refund]:
    """What was given back to the disputed tender before the bank took it: the evidence against a chargeback."""
    return list(_of(dispute).filter(state=RefundState.DONE).exclude(provider_reference=dispute.reference))


def owed(dispute: Dispute) -> list[Refund]:
    """What we still owe to the disputed tender for returns and have not sent."""
    return list(_of(dispute).filter(state__in=_NOT_SENT))


def unused(order_number: str) -> list[tuple[Dispute, int]]:
    """Lost chargebacks of an order, each with what of it has not paid for any return yet."""
    found = []
    for dispute in Dispute.objects.filter(order_number=order_number, state=DisputeState.LOST).order_by("opened_at"):
        rows = Refund.objects.filter(provider_reference=dispute.reference, state=RefundState.REPLACED)
        used = rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0
        found.append((dispute, dispute.amount_minor - int(used)))
    return found


def held(dispute: Dispute) -> list[Return]:
    """Returns of the order that are credited and wait for the decision, with nothing planned for them yet."""
    waiting = Return.objects.filter(
        order_number=dispute.order_number, state=ReturnState.HELD, held_for=HeldFor.DISPUTE, refunds__isnull=True
    )
    return list(waiting.exclude(memos__isnull=True).distinct().order_by("requested_at"))


@transaction.atomic
def settled_by_bank(refunds: Sequence[Refund], *, dispute: Dispute, now: datetime) -> None:
    """The customer has got by chargeback what we owed him: nothing is sent any more."""
    for refund in refunds:
        if Refund.objects.filter(id=refund.id, state__in=_NOT_SENT).update(
            state=RefundState.REPLACED,
            failure=f"the bank has taken it back: {dispute.reference}",
            done_at=now,
            provider_reference=dispute.reference,
        ):
            services.note(refund.parent, "refund.settled_by_dispute", refund=str(refund.id), dispute=dispute.reference)


def let_go_on(dispute: Dispute) -> int:
    """Wake the returns that waited for the decision. Returns how many."""
    held = Return.objects.filter(order_number=dispute.order_number, state=ReturnState.HELD, held_for=HeldFor.DISPUTE)
    for waiting in held:
        services.tell(waiting, "return.dispute_over")
    return len(held)


def _of(dispute: Dispute) -> QuerySet[Refund]:
    return Refund.objects.filter(order_number=dispute.order_number, payment=dispute.payment).select_related("parent")


def _tell(name: str, dispute: Dispute) -> None:
    outbox.add(
        name=name,
        aggregate=f"dispute:{dispute.reference}",
        data={"dispute": dispute.reference, "order_number": dispute.order_number},
    )
