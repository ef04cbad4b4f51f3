"""Goods that are more than they seem: a part of a bundle, and a card that is money."""

from collections.abc import Iterator

import pytest

from process_apis.catalog.models import BundlePart, Product
from process_apis.orders.models import Order
from process_apis.return_to_refund import gift_cards, opening, opening_checks
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueAccount, ValueKind, ValueReason
from retail_platform.kernel import clock
from tests.callers import Caller, a_key
from tests.factories import a_catalog, a_line, eur, on_hand
from tests.playing import Play, books, playing
from tests.sandbox_process import SandboxProcess
from tests.taking_back import at, comes_back, owed, shipped, sums_up

pytestmark = pytest.mark.django_db
CARD, PIN = "6006 4910 2222", "4711"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def a_set(play: Play) -> Order:
    """A boot and a coat that cost 119.00 each, sold as a set for 200.00."""
    a_catalog(skus=("SET-1",))
    for part in ("BOOT-42", "COAT-1"):
        BundlePart.objects.create(bundle="SET-1", part=part, units=1)
    return shipped(play, lines=(a_line(sku="SET-1", unit_price=eur(20000), tax=eur(3193)),))


def test_of_a_broken_bundle_what_is_kept_costs_its_own_price_and_the_math_is_shown(play: Play) -> None:
    order = a_set(play)
    parent = opening.open_return(number=order.number, key="b", lines=[Asked("1", 1, part="COAT-1")], now=clock.now())
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert parent.arithmetic == [["1 x SET-1 as paid", 20000], ["kept: 1 x BOOT-42 at its own price", -11900]]
    assert (parent.state, parent.total_minor, order.payments.get().refunded_minor) == ("closed", 8100, 8100)
    assert (at("COAT-1"), at("BOOT-42"), owed(order.number)) == ((10, 0), (9, 0), 0)
    assert books(order.number)["TAX"] == -1899  # of the 119.00 that stay sold
    sums_up(play)


def test_a_whole_bundle_comes_back_for_what_was_paid(play: Play) -> None:
    order = a_set(play)
    parent = opening.open_return(number=order.number, key="b", lines=[Asked("1", 1)], now=clock.now())
    comes_back(parent)
    play.go()

    parent.refresh_from_db()
    assert (parent.state, parent.total_minor, at("COAT-1"), at("BOOT-42")) == ("closed", 20000, (10, 0), (10, 0))
    sums_up(play)


@pytest.mark.parametrize("asked", [[Asked("1", 1, part="SOCK-1")], [Asked("1", 1, part="COAT-1"), Asked("1", 1)]])
def test_what_is_no_part_or_comes_with_more_is_refused(play: Play, asked: list[Asked]) -> None:
    order = a_set(play)
    with pytest.raises(opening_checks.ReturnRefused):
        opening.open_return(number=order.number, key="b", lines=asked, now=clock.now())


def a_card(play: Play) -> Order:
    """A gift card over 50.00 that a customer bought; it works since it left."""
    a_catalog(skus=("CARD-50",))
    Product.objects.filter(sku="CARD-50").update(revenue_role="GC", cost_minor=0, price_minor=5000)
    on_hand({"CARD-50": 5})
    play.sandbox.setup(stock=[{"node": "WH-1", "sku": "CARD-50", "on_hand": 5}])
    order = shipped(play, lines=(a_line(sku="CARD-50", unit_price=eur(5000), tax=eur(0)),))
    account = stored_value.open_account(kind=ValueKind.GIFT_CARD, number=CARD, pin=PIN, currency="EUR")
    stored_value.load(account, minor=5000, key="sold", reason=ValueReason.LOADED, of=order.number)
    return order


def test_a_gift_card_given_back_is_void_and_was_no_revenue(play: Play) -> None:
    order = a_card(play)
    assert books(order.number)["GC"] == -5000
    desk = Caller(a_key(name="desk", scopes=["process.write"]))
    body = {"order_number": order.number, "gift_card": {"line_id": "1", "number": CARD, "pin": PIN}}

    opened = desk.post("/api/process/return_to_refund/v1/returns", body)
    play.go()

    card = ValueAccount.objects.get()
    assert (opened.status_code, card.balance_minor, card.active) == (202, 0, False)
    assert books(order.number) == {}
    assert order.payments.get().refunded_minor == 5000
    sums_up(play)


def test_a_gift_card_that_was_spent_from_is_not_taken_back(play: Play) -> None:
    order = a_card(play)
    card = ValueAccount.objects.get()
    stored_value.hold(account_id=str(card.id), minor=1, currency="EUR", key="h", day=clock.now().date())
    with pytest.raises(gift_cards.CardSpent):
        gift_cards.take_back(number=order.number, key="g", line_id="1", card=CARD, pin=PIN, by="Ina", now=clock.now())


def test_a_gift_card_spent_meanwhile_is_not_refunded(play: Play) -> None:
    order = a_card(play)
    parent = gift_cards.take_back(
        number=order.number, key="g", line_id="1", card=CARD, pin=PIN, by="Ina", now=clock.now()
    )
    card = ValueAccount.objects.get()
    stored_value.hold(account_id=str(card.id), minor=1, currency="EUR", key="h", day=clock.now().date())
    play.go()

    parent.refresh_from_db()
    card.refresh_from_db()
    assert (parent.state, card.balance_minor, order.payments.get().refunded_minor) == ("rejected", 5000, 0)
    assert order.lines.get().returned == 0
