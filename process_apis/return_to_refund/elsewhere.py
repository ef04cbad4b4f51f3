"""Money that leaves by another way than it came, by transfer or in cash: a way to launder it, so it is counted.

From the policy's limit on, for one customer and month, a second person agrees, and those who answer for it to the
authorities get a case. To the tender it was paid with, or as store credit, any sum may go.
"""

from django.db.models import Sum
from django.db.models.functions import Now

from canonical.money import Money
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.return_to_refund import sold
from process_apis.returns.identities import WINDOW
from process_apis.returns.models import Refund, RefundState, RefundWay, Return

LEAVES = (RefundWay.TRANSFER, RefundWay.CASH)
_NOT_GONE = (RefundState.FAILED, RefundState.REPLACED)
_HOW = (
    "Look at the customer's returns and whose the accounts are. Tell compliance, who decide on a report to the "
    "authority; until they have, pay to the tender or as store credit."
)


def too_much(parent: Return, *, minor: int) -> int:
    """What leaves in a month for this customer with `minor` more, if the policy's limit is passed by it; else 0."""
    gone = Refund.objects.filter(way__in=LEAVES, currency=parent.currency, made_at__gt=Now() - WINDOW)
    known = {"parent__customer_hash": parent.customer_hash} if parent.customer_hash else {"parent": parent}
    found = gone.filter(**known).exclude(state__in=_NOT_GONE).aggregate(total=Sum("amount_minor"))
    total = int(found["total"] or 0) + minor
    return total if total > sold.policy(parent.channel).elsewhere_above_minor else 0


def report(parent: Return, *, total: int) -> None:
    """A case for those who answer for it: one for each customer and month, however often."""
    sum_of_all = Money(minor=total, currency=parent.currency)
    cases.open_case(
        kind=CaseKind.FRAUD,
        fingerprint=f"money-elsewhere:{parent.customer_hash or parent.number}:{parent.requested_at:%Y-%m}",
        subject=parent.order_number or parent.number,
        title=f"{sum_of_all} would leave another way than it came, within {WINDOW.days} days",
        detail=f"With return {parent.number}, asked for by {parent.requested_by or 'nobody named'}.",
        proposal=_HOW,
    )
