"""What a shop adds to an order after we took it: an order of its own here, the same one there."""

from collections.abc import Iterator
from typing import Any

import pytest

from process_apis.order_to_cash import chain
from process_apis.orders.models import Order, OrderState, Payment
from retail_platform.kernel import clock
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, Play, playing
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess, db: None) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def with_one_more_boot(play: Play, order: dict[str, Any]) -> dict[str, Any]:
    """The shop's order as it is once the customer had another boot added, for 119.00, and paid for it."""
    boot = order["line_items"][0]
    tax = f"{float(boot['tax_lines'][0]['price']) * 3 / 2:.2f}"
    more = {**boot, "quantity": 3, "current_quantity": 3, "fulfillable_quantity": 3,
            "tax_lines": [{**boot["tax_lines"][0], "price": tax}]}  # fmt: skip
    changed = {
        **order, "line_items": [more, *order["line_items"][1:]], "updated_at": clock.now().isoformat(),
        "total_price": "595.00", "subtotal_price": "595.00", "total_line_items_price": "595.00",
        "total_tax": f"{float(order['total_tax']) + 19:.2f}",
    }  # fmt: skip
    play.sandbox.control("POST", "/commerce/adopt", {"order": changed})
    play.hear("orders/updated", changed)
    return changed


def test_units_added_after_the_release_are_an_order_of_their_own(play: Play) -> None:
    order = play.at_the_shop()
    first = Order.objects.get()
    with_one_more_boot(play, order)
    added = Order.objects.exclude(id=first.id).get()

    assert (added.number, added.replaces, added.total_minor) == (f"{first.number}-2", first.number, 11900)
    assert [(line.sku, line.quantity) for line in added.lines.all()] == [("BOOT-42", 1)]
    assert sum(payment.amount_minor for payment in Payment.objects.filter(order=added)) == 11900


def test_the_shop_is_told_of_both_under_the_one_number_it_knows(play: Play) -> None:
    order = play.at_the_shop()
    first = Order.objects.get()
    with_one_more_boot(play, order)
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    added = Order.objects.exclude(id=first.id).get()
    assert chain.id_at_channel(added) == str(order["id"])
    play.later(2)
    assert added.state != OrderState.CANCELLED


def test_the_same_edit_heard_twice_adds_once(play: Play) -> None:
    order = play.at_the_shop()
    changed = with_one_more_boot(play, order)
    play.hear("orders/updated", {**changed, "updated_at": clock.now().isoformat()})
    assert Order.objects.count() == 2


def test_the_shop_cancelling_all_of_it_takes_back_what_was_added_too(play: Play) -> None:
    order = play.at_the_shop()
    with_one_more_boot(play, order)
    play.cancelled_at_the_shop(order)
    play.later(6)
    assert {each.state for each in Order.objects.all()} == {OrderState.CANCELLED}


def test_what_was_added_last_is_taken_off_first(play: Play) -> None:
    order = play.at_the_shop()
    changed = with_one_more_boot(play, order)
    play.cancelled_at_the_shop(order, {str(changed["line_items"][0]["id"]): 1})
    play.later(6)
    assert [each.state for each in Order.objects.order_by("number")] == [OrderState.RELEASED, OrderState.CANCELLED]


def test_another_price_is_no_supplement() -> None:
    after = an_order(lines=(a_line(quantity=2, unit_price=eur(10000)),))
    assert chain.added_lines([an_order()], after) == []


def test_discount_and_tax_of_what_was_added_are_the_difference() -> None:
    after = an_order(lines=(a_line(quantity=3, discount=eur(300), tax=eur(5652)),))
    added = chain.added_lines([an_order()], after)
    assert [(line.quantity, line.discount.minor, line.tax.minor if line.tax else None) for line in added] == [
        (2, 300, 3752)
    ]
