"""What the service desk does to an order in the admin: with a reason, under a name, and only what can still be done."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from process_apis.catalog.models import Channel, Product
from process_apis.orders import holds, services
from process_apis.orders.models import AskedBy, Cancellation, HoldReason, Order, OrderLine
from tests.experience.desk import signed_in
from tests.factories import a_catalog, a_line, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    a_catalog()
    return services.place(an_order(lines=(a_line(line_id="1", quantity=3), a_line(line_id="2", sku="COAT-1"))))[0]


def act(order: Order, name: str, *, group: str = "service-desk", **asked: Any) -> Any:
    page = reverse(f"admin:orders_order_{name}", args=[order.pk])
    return signed_in("ada", group=group).post(page, {"reason": "the customer called", **asked})


def line(order: Order, line_id: str) -> OrderLine:
    return order.lines.get(line_id=line_id)


def test_units_of_one_line_are_asked_to_be_cancelled_under_the_persons_name(order: Order) -> None:
    act(order, "cancel_units", **{f"line_{line(order, '1').id}": "2"})

    asked = Cancellation.objects.get()
    assert (asked.by, asked.asked_by, asked.reason) == ("ada", AskedBy.SERVICE, "the customer called")
    assert [(each.line.line_id, each.units) for each in asked.lines.all()] == [("1", 2)]
    assert LogEntry.objects.get().get_change_message() == "Cancel units: the customer called"


def test_more_units_than_are_open_cannot_be_asked_for(order: Order) -> None:
    answer = act(order, "cancel_units", **{f"line_{line(order, '1').id}": "4"})

    assert "less than or equal to 3" in answer.content.decode()
    assert not Cancellation.objects.exists()


def test_no_units_at_all_change_nothing_and_say_so(order: Order) -> None:
    act(order, "cancel_units")

    assert (Cancellation.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_a_whole_order_is_asked_to_be_cancelled(order: Order) -> None:
    act(order, "cancel")

    units = Cancellation.objects.get().lines.values_list("line__line_id", "units")
    assert sorted(units) == [("1", 3), ("2", 1)]


def test_an_order_held_for_fraud_is_let_go_on(order: Order) -> None:
    holds.hold(order, why=HoldReason.FRAUD, reason="high risk")

    act(order, "release_hold")

    assert Order.objects.values_list("on_hold", "cleared_by").get() == ("", "ada")


def test_an_order_held_for_fraud_is_cancelled_as_one(order: Order) -> None:
    holds.hold(order, why=HoldReason.FRAUD, reason="high risk")

    act(order, "cancel_fraud")

    assert Cancellation.objects.get().asked_by == AskedBy.FRAUD


def test_the_page_of_an_order_offers_only_what_can_be_done(order: Order) -> None:
    browser = signed_in("ada", group="service-desk")
    page = browser.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert [name in page for name in ("Cancel units", "Cancel the order", "Let it go on")] == [True, True, False]


def test_who_only_looks_cannot_cancel(order: Order) -> None:
    assert act(order, "cancel", group="finance").status_code == 403
    assert not Cancellation.objects.exists()


def test_an_order_is_placed_again_for_its_customer_with_the_units_asked_for(order: Order) -> None:
    Product.objects.create(sku="COAT-1", title="Coat", tax_code="standard", price_minor=100, cost_minor=1,
                           currency="EUR")  # fmt: skip
    one, other = line(order, "1"), line(order, "2")
    act(order, "place_again", paid_with="card", token="tok_visa",
        **{f"line_{one.id}": "0", f"line_{other.id}": "2"})  # fmt: skip

    placed = Order.objects.exclude(id=order.id).get()
    assert (placed.customer_email, placed.total_minor, placed.placed_by) == (
        "ada@example.com", 200, "ada: the customer called",
    )  # fmt: skip


def test_what_is_not_sold_any_more_is_not_placed_again_and_the_desk_is_told(order: Order) -> None:
    answer = act(order, "place_again", paid_with="card", token="tok_visa", **{f"line_{line(order, '2').id}": "1"})

    assert Order.objects.count() == 1
    assert answer.status_code == 302


def test_what_pays_a_web_shops_orders_does_not_pay_ours(order: Order) -> None:
    act(order, "place_again", paid_with="channel", token="", **{f"line_{line(order, '1').id}": "1"})

    assert Order.objects.count() == 1


def test_an_order_of_a_web_shop_is_placed_again_at_the_shop(order: Order) -> None:
    Channel.objects.update(commerce="shop")
    browser = signed_in("ada", group="service-desk")
    page = browser.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert "Place it again" not in page
