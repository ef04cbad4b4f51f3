"""When a second person has to agree to a return: above a limit of its policy, or for one who returns too often."""

from datetime import datetime

from canonical.money import Money
from process_apis.orders.models import Order
from process_apis.return_to_refund import elsewhere, sold
from process_apis.returns import identities
from process_apis.returns.models import Return, ReturnKind


def needed(parent: Return, *, now: datetime) -> str:
    """Why somebody has to agree; "" if nobody has. What the channel has paid back, nobody can hold any more."""
    if parent.kind == ReturnKind.CHANNEL_REFUND or parent.approved_by:
        return ""
    if parent.settled_as in elsewhere.LEAVES and (total := elsewhere.too_much(parent, minor=parent.total_minor)):
        return f"approval of {Money(minor=total, currency=parent.currency)} that leave another way than they came"
    of_late = identities.returns_of_late(parent.customer_hash, now=now)
    return _why(parent.channel, total_minor=parent.total_minor, of_late=of_late)


def would_be_needed(order: Order, *, total_minor: int, now: datetime) -> str:
    """The same of a return of this order that is not opened yet."""
    customer = identities.customer(reference=order.customer_reference, email=order.customer_email)
    of_late = identities.returns_of_late(customer, now=now) + 1
    return _why(order.channel, total_minor=total_minor, of_late=of_late)


def _why(channel: str, *, total_minor: int, of_late: int) -> str:
    policy = sold.policy(channel)
    if total_minor > policy.approval_above_minor:
        return f"approval above {policy.approval_above_minor}"
    if policy.often and of_late > policy.often:
        return f"approval of return {of_late} of this customer in {identities.WINDOW.days} days"
    return ""
