"""An order as its buyer sees it: in step with the book, whatever order facts and rebuilds come in."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from experience_apis.order_status import projection
from experience_apis.order_status.models import OrderStatus
from process_apis.orders import parcels, services
from process_apis.orders.models import Order, OrderState, Payment
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox
from tests.experience.carrying import carry_facts
from tests.factories import NOON, a_catalog, a_line, a_shipment, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    a_catalog()
    row, _ = services.place(an_order(lines=(a_line(quantity=2),)))
    return row


def status(number: str = "W-1001") -> OrderStatus:
    return OrderStatus.objects.get(number=number)


def put(order: Order, state: OrderState, fact: str) -> None:
    """Bring the book to a state and tell of it, as the journey's steps do."""
    services.move_on(order, to=state, since=list(OrderState))
    services.tell(order, fact)


def send_one(order: Order, *, shipment_id: str = "SHP-1") -> None:
    share = parcels.LineShare(quantity=1, net_minor=10000, discount_minor=0, tax_minor=1900, cost_minor=4000)
    parcels.record(
        order,
        {line.line_id: line for line in order.lines.all()},
        a_shipment(shipment_id=shipment_id),
        parcels.ParcelShare(lines={"1": share}, shipping_minor=0, shipping_tax_minor=0, tenders={}),
    )


@pytest.mark.parametrize(
    ("state", "fact", "shown"),
    [
        (OrderState.RECEIVED, "order.placed", "received"),
        (OrderState.ACCEPTED, "order.accepted", "received"),
        (OrderState.RESERVED, "order.reserved", "confirmed"),
        (OrderState.RELEASED, "order.released", "preparing"),
        (OrderState.PART_SHIPPED, "shipment.dispatched", "partly_shipped"),
        (OrderState.SHIPPED, "parcel.settled", "shipped"),
        (OrderState.CLOSED, "order.closed", "completed"),
        (OrderState.CANCELLED, "order.cancelled", "cancelled"),
    ],
)
def test_each_state_of_the_book_has_a_word_for_shoppers(order: Order, state: OrderState, fact: str, shown: str) -> None:
    services.move_on(order, to=state, since=list(OrderState))
    services.tell(order, fact, shipment_id="SHP-9")
    carry_facts()
    assert status().state == shown


def test_every_state_of_the_book_can_be_told(order: Order) -> None:
    for state in OrderState:
        Order.objects.update(state=state)
        projection.refresh("W-1001", now=NOON)
        assert status().headline
        assert status().what_next


def test_an_order_that_waits_for_a_person_says_so_until_it_goes_on(order: Order) -> None:
    services.tell(order, "order.held")
    carry_facts()
    assert status().state == "needs_attention"
    put(order, OrderState.ACCEPTED, "order.accepted")
    carry_facts()
    assert status().state == "received"


def test_a_parcel_is_shown_with_its_tracking_number_and_what_is_in_it(order: Order) -> None:
    put(order, OrderState.RELEASED, "order.released")
    send_one(order)
    carry_facts()
    assert status().parcels == [
        {
            "shipment_id": "SHP-1",
            "carrier": "DHL",
            "tracking_number": "JD01",
            "dispatched_at": "2026-03-02T12:00:00Z",
            "lines": [{"line_id": "1", "sku": "BOOT-42", "quantity": 1}],
        }
    ]


def test_a_first_parcel_says_how_much_is_on_its_way(order: Order) -> None:
    put(order, OrderState.RELEASED, "order.released")
    send_one(order)
    carry_facts()
    assert (status().headline, status().lines[0]["shipped"]) == ("1 of 2 items are on their way.", 1)


def test_money_taken_is_shown(order: Order) -> None:
    Payment.objects.update(captured_minor=11900)
    put(order, OrderState.SHIPPED, "parcel.settled")
    carry_facts()
    assert (status().total_minor, status().paid_minor) == (23800, 11900)


@pytest.mark.parametrize(
    ("captured", "refunded", "told"),
    [(0, 0, "Nothing was taken"), (500, 0, "is given back"), (500, 500, "have been given back")],
)
def test_a_cancelled_order_says_what_became_of_the_money(order: Order, captured: int, refunded: int, told: str) -> None:
    Payment.objects.update(captured_minor=captured, refunded_minor=refunded)
    services.cancel(order, reason="secret reason of a vendor", now=NOON)
    carry_facts()
    assert told in status().what_next


def test_the_reason_for_a_cancellation_stays_inside(order: Order) -> None:
    services.cancel(order, reason="secret reason of a vendor", now=NOON)
    carry_facts()
    assert "secret" not in str(OrderStatus.objects.values().get())


def test_no_plain_e_mail_address_is_kept(order: Order) -> None:
    carry_facts()
    assert "ada@example.com" not in str(OrderStatus.objects.values().get())


def test_a_late_fact_does_not_turn_a_status_back(order: Order) -> None:
    put(order, OrderState.SHIPPED, "parcel.settled")
    carry_facts()
    outbox.add(name="order.accepted", aggregate="order:late", data={"order_number": "W-1001"})
    carry_facts()
    assert status().state == "shipped"


def test_the_same_fact_again_writes_nothing(order: Order) -> None:
    carry_facts()
    before = OrderStatus.objects.values().get()
    outbox.add(name="order.accepted", aggregate="order:again", data={"order_number": "W-1001"})
    carry_facts()
    assert OrderStatus.objects.values().get() == before


def test_each_change_raises_the_version(order: Order) -> None:
    carry_facts()
    put(order, OrderState.RESERVED, "order.reserved")
    carry_facts()
    assert status().version == 2


def test_a_fact_about_an_order_that_is_not_in_the_book_is_left_alone() -> None:
    outbox.add(name="order.cancelled", aggregate="order:W-0", data={"order_number": "W-0"})
    carry_facts()
    assert not OrderStatus.objects.exists()


def test_a_rebuild_finds_nothing_to_correct_after_the_facts(order: Order) -> None:
    put(order, OrderState.RELEASED, "order.released")
    send_one(order)
    carry_facts()
    before = _rows()
    call_command("rebuild_order_status", stdout=StringIO())
    assert _rows() == before


def test_a_rebuild_from_nothing_gives_what_the_facts_gave(order: Order) -> None:
    put(order, OrderState.RELEASED, "order.released")
    send_one(order)
    carry_facts()
    before = _rows("version", "updated_at")
    OrderStatus.objects.all().delete()
    call_command("rebuild_order_status", stdout=StringIO())
    assert _rows("version", "updated_at") == before


def test_a_rebuild_of_one_order_leaves_the_others_alone(order: Order) -> None:
    services.place(an_order(number="W-1002", channel_order_id="W-1002"))
    call_command("rebuild_order_status", "--number", "W-1002", stdout=StringIO())
    assert list(OrderStatus.objects.values_list("number", flat=True)) == ["W-1002"]


def test_a_rebuild_of_one_channel_leaves_the_others_alone(order: Order) -> None:
    call_command("rebuild_order_status", "--channel", "app", stdout=StringIO())
    assert not OrderStatus.objects.exists()


def test_a_rebuild_says_how_far_it_is(order: Order) -> None:
    out = StringIO()
    call_command("rebuild_order_status", stdout=out)
    assert "order status 1/1  100%" in out.getvalue()
    assert "1 orders were different" in out.getvalue()


def test_one_refresh_asks_the_same_few_questions_however_many_lines(django_assert_max_num_queries: Any) -> None:
    lines = tuple(a_line(line_id=str(n)) for n in range(1, 31))
    services.place(an_order(lines=lines))
    with django_assert_max_num_queries(12):
        projection.refresh("W-1001", now=clock.now())


def _rows(*without: str) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name not in without}
        for row in OrderStatus.objects.order_by("number").values()
    ]
