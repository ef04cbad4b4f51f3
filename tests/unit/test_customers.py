"""The person behind an order: known by reference or e-mail, linked where that is clear, asked about where it is not."""

from typing import Any
from uuid import uuid4

import pytest

from canonical.order import Customer as Named
from process_apis.engine.process import NeedsPerson, StepContext
from process_apis.order_to_cash.steps.accept_order import accept_order
from process_apis.orders import customers
from process_apis.orders import services as orders
from process_apis.orders.models import Customer, CustomerReference, Order, OrderState
from retail_platform.kernel import clock
from system_apis.terms import CallKey
from tests.factories import a_catalog, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_shop() -> None:
    a_catalog()


def accepted(number: str, *, reference: str = "", email: str = "", channel: str = "web") -> Order:
    """An order of that person, accepted."""
    row, _ = orders.place(
        an_order(number=number, channel=channel, customer=Named(reference=reference, name="Ada", email=email))
    )  # fmt: skip
    accept_order(step(number))
    return Order.objects.get(id=row.id)


def step(number: str, **changes: Any) -> StepContext:
    return StepContext(
        run_id=uuid4(), process="test", subject=number, facts={}, key=CallKey("k"), now=clock.now(), correlation_id="",
        keep=lambda **_: None,
    )  # fmt: skip


def test_the_same_address_in_other_letters_is_the_same_person() -> None:
    assert accepted("W-1", email="Ada@Example.com").customer == accepted("W-2", email="ada@example.com").customer


def test_what_a_channel_calls_somebody_leads_to_them_without_an_address() -> None:
    assert accepted("W-1", reference="7", email="ada@example.com").customer == accepted("W-2", reference="7").customer


def test_an_address_first_seen_later_becomes_theirs() -> None:
    accepted("W-1", reference="7")
    accepted("W-2", reference="7", email="ada@example.com")
    assert Customer.objects.values_list("email", flat=True).get() == "ada@example.com"


def test_a_person_may_have_several_names_at_one_channel() -> None:
    accepted("W-1", reference="7", email="ada@example.com")
    accepted("W-2", reference="8", email="ada@example.com")
    assert set(CustomerReference.objects.values_list("reference", flat=True)) == {"7", "8"}
    assert Customer.objects.count() == 1


def test_a_guest_without_any_name_is_nobody() -> None:
    assert accepted("W-1").customer is None


def two_people() -> str:
    """Reference 7 is Ada's and the address Ben's. Returns what acceptance asks."""
    accepted("W-1", reference="7", email="ada@example.com")
    accepted("W-2", reference="8", email="ben@example.com")
    with pytest.raises(NeedsPerson) as asked:
        accepted("W-3", reference="7", email="ben@example.com")
    return f"{asked.value} | {asked.value.proposal}"


def test_two_people_are_asked_about_and_nothing_is_linked() -> None:
    asked = two_people()
    assert "calls the customer '7'" in asked
    assert "say under Orders, Customers that they are the same person" in asked
    assert Order.objects.get(number="W-3").state == OrderState.RECEIVED


def test_once_they_are_the_same_the_order_goes_on() -> None:
    two_people()
    ada, ben = Order.objects.get(number="W-1").customer, Order.objects.get(number="W-2").customer
    assert ada
    assert ben
    customers.are_the_same(keep=ada.id, other=ben.id)
    accept_order(step("W-3"))
    assert set(Order.objects.values_list("customer", flat=True)) == {ada.id}


def test_nobody_is_made_the_same_as_themselves() -> None:
    ada = accepted("W-1", email="ada@example.com").customer
    assert ada
    with pytest.raises(customers.SamePerson):
        customers.are_the_same(keep=ada.id, other=ada.id)
