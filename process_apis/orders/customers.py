"""Know the person behind an order: by what its channel calls them, or by their e-mail address.

Both known and the same: that person. One of both known: that person, and the other is linked to them. Neither: somebody
new. Known, and two different people: somebody has to say, since an order must not be shown to the wrong one.
"""

from typing import Any
from uuid import UUID

from django.db import transaction

from process_apis.orders.models import Customer, CustomerReference, Order
from retail_platform.kernel.problem import DomainError


class TwoPeople(DomainError):
    """The channel's reference is one person's and the e-mail address another's. Say that they are the same, or correct
    one of both at the channel."""

    kind, title = "two-people", "The customer may be either of two people"


class SamePerson(DomainError):
    """Nobody is another than themselves."""

    kind, title = "same-person", "These are one person already"


def know(order: Order) -> Customer | None:
    """The person of an order, made if there is none; None for a guest without any name. Raises TwoPeople.

    In the caller's transaction. Whoever is asked about has nothing written.
    """
    email = order.customer_email.strip().lower()
    by_reference = _by_reference(order.channel, order.customer_reference)
    by_email = _by_email(email)
    if by_reference and by_email and by_reference.id != by_email.id:
        raise TwoPeople(
            f"{order.channel} calls the customer {order.customer_reference!r}, who is {by_reference} here, "
            f"and {email} is the address of {by_email}"
        )
    person = by_reference or by_email
    if person is None:
        if not email and not order.customer_reference:
            return None
        person = _new(order.customer_name, email)
    if email and not by_email and not person.email:
        Customer.objects.filter(id=person.id).update(email=email)
    if order.customer_reference and not by_reference:
        known_as = CustomerReference(channel=order.channel, reference=order.customer_reference, customer=person)
        CustomerReference.objects.bulk_create([known_as], ignore_conflicts=True)
    Order.objects.filter(id=order.id).update(customer=person)
    return person


@transaction.atomic
def are_the_same(*, keep: UUID, other: UUID) -> Customer:
    """Two rows are one person: all that is the other's becomes theirs. Raises SamePerson, Customer.DoesNotExist."""
    rows = {row.id: row for row in Customer.objects.select_for_update().filter(id__in=[keep, other]).order_by("id")}
    if len(rows) < 2:
        raise SamePerson("name two people, each by their id under Orders, Customers")
    kept, gone = rows[keep], rows[other]
    if gone.same_as_id or kept.same_as_id:
        raise SamePerson(f"{gone if gone.same_as_id else kept} is somebody else already; name that one")
    Order.objects.filter(customer=gone).update(customer=kept)
    CustomerReference.objects.filter(customer=gone).update(customer=kept)
    Customer.objects.filter(same_as=gone).update(same_as=kept)
    Customer.objects.filter(id=gone.id).update(same_as=kept)
    return kept


def _new(name: str, email: str) -> Customer:
    if not email:
        return Customer.objects.create(name=name)
    Customer.objects.bulk_create([Customer(name=name, email=email)], ignore_conflicts=True)  # another may be faster
    return Customer.objects.get(email=email)


def _by_reference(channel: str, reference: str) -> Customer | None:
    found: Any = (
        CustomerReference.objects.select_related("customer").filter(channel=channel, reference=reference).first()
        if reference
        else None
    )
    return found.customer if found else None


def _by_email(email: str) -> Customer | None:
    found = Customer.objects.select_related("same_as").filter(email=email).first() if email else None
    return (found.same_as or found) if found else None
