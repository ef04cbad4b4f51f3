"""Gift cards, store credit and points are spent once, and never below what is held of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from process_apis.stored_value import queries, services
from process_apis.stored_value.models import ValueAccount, ValueKind, ValueMovement
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER, PIN, DAY = "6006 4910 1234 5678", "4711", NOON.date()


@pytest.fixture
def card() -> ValueAccount:
    """A gift card with 50.00 on it."""
    account = services.open_account(kind=ValueKind.GIFT_CARD, number=NUMBER, pin=PIN, currency="EUR")
    services.load(account, minor=5000, key="issue:1")
    return account


def now(card: ValueAccount) -> tuple[int, int]:
    """What is on the card, and what of it is held."""
    card.refresh_from_db()
    return card.balance_minor, card.held_minor


def hold(card: ValueAccount, minor: int, key: str = "order:W-1/1") -> None:
    services.hold(account_id=str(card.id), minor=minor, currency="EUR", key=key, day=DAY)


def test_a_number_is_found_however_it_is_written_and_kept_nowhere(card: ValueAccount) -> None:
    assert queries.account(kind="gift_card", number="6006-4910-1234-5678", pin=PIN) == card


@pytest.mark.parametrize(("number", "pin"), [(NUMBER, "0000"), (NUMBER, ""), ("6006 4910 1234 5679", PIN)])
def test_a_wrong_number_or_pin_finds_nothing(card: ValueAccount, number: str, pin: str) -> None:
    with pytest.raises(queries.NoSuchValue):
        queries.account(kind="gift_card", number=number, pin=pin)


def test_loading_twice_under_one_key_loads_once(card: ValueAccount) -> None:
    services.load(card, minor=5000, key="issue:1")
    assert now(card) == (5000, 0)


def test_what_is_held_cannot_be_held_again(card: ValueAccount) -> None:
    hold(card, 4000)
    with pytest.raises(services.NotEnoughValue):
        hold(card, 1001, key="order:W-2/1")
    assert now(card) == (5000, 4000)


def test_the_same_hold_again_changes_nothing(card: ValueAccount) -> None:
    hold(card, 4000)
    hold(card, 4000)
    assert now(card) == (5000, 4000)


def test_a_hold_under_a_used_key_with_another_amount_is_refused(card: ValueAccount) -> None:
    hold(card, 4000)
    with pytest.raises(services.OtherAmount):
        hold(card, 100)


def test_parts_of_a_hold_are_taken_each_once_and_the_rest_let_go(card: ValueAccount) -> None:
    hold(card, 4000)
    for _ in range(2):
        services.take(hold="order:W-1/1", minor=1500, key="order:W-1/1/P1")
    services.take(hold="order:W-1/1", minor=500, key="order:W-1/1/P2")
    assert [services.let_go(hold="order:W-1/1") for _ in range(2)] == [2000, 0]
    assert now(card) == (3000, 0)


def test_more_than_is_held_is_not_taken(card: ValueAccount) -> None:
    hold(card, 1000)
    with pytest.raises(services.NotEnoughValue):
        services.take(hold="order:W-1/1", minor=1001, key="order:W-1/1/P1")


def test_what_was_taken_is_given_back_once(card: ValueAccount) -> None:
    hold(card, 1000)
    services.take(hold="order:W-1/1", minor=1000, key="order:W-1/1/order")
    for _ in range(2):
        services.give_back(account_id=str(card.id), minor=1000, key="order:W-1/1/back", of="W-1")
    assert now(card) == (5000, 0)


@pytest.mark.parametrize("change", [{"active": False}, {"expires_on": DAY - timedelta(days=1)}, {"currency": "USD"}])
def test_a_card_that_is_off_or_over_or_of_another_currency_pays_nothing(card: ValueAccount, change: dict) -> None:
    ValueAccount.objects.update(**change)
    with pytest.raises(services.NotEnoughValue):
        hold(card, 1)


def test_twenty_orders_at_once_hold_no_more_than_there_is(card: ValueAccount) -> None:
    def try_one(number: int) -> bool:
        try:
            hold(card, 1000, key=f"order:W-{number}/1")
        except services.NotEnoughValue:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as shoppers:
        held = list(shoppers.map(try_one, range(20)))
    assert (sum(held), now(card)) == (5, (5000, 5000))


def test_the_balance_is_the_sum_of_the_movements(card: ValueAccount) -> None:
    hold(card, 3000)
    services.take(hold="order:W-1/1", minor=1234, key="k")
    assert ValueMovement.objects.aggregate(total=Sum("amount_minor"))["total"] == now(card)[0] == 3766


def test_the_database_lets_nobody_go_below_what_is_held(card: ValueAccount) -> None:
    hold(card, 3000)
    with pytest.raises(DatabaseError, match="value_never_below_what_is_held"), transaction.atomic():
        ValueAccount.objects.update(balance_minor=2999)


def test_a_copy_of_the_database_tells_nobody_a_number_or_a_pin(card: ValueAccount) -> None:
    kept = " ".join(str(value) for value in ValueAccount.objects.values_list().get())
    assert NUMBER.replace(" ", "") not in kept
    assert f" {PIN} " not in kept
