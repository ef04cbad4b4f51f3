"""So much off from so much on: what a return loses of it, shown and booked, and what comes back of it in the end."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.order import Order
from process_apis.catalog.models import Promotion
from process_apis.orders.models import Order as OrderRow
from process_apis.return_to_refund import settling
from process_apis.return_to_refund.decisions.promotions import Bought, lost
from process_apis.returns.models import CreditMemo
from retail_platform.kernel import clock
from tests.factories import a_line, an_order, eur
from tests.playing import Play, money, playing
from tests.returning import NUMBER, sent
from tests.sandbox_process import SandboxProcess
from tests.taking_back import asks, credit_memos, owed, sums_up, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox) as shop:
        yield shop


def two_at_sixty(promotion: str = "SAVE20") -> Order:
    """120.00, of which 20.00 are off from 100.00 on."""
    line = a_line(quantity=2, unit_price=eur(6000), discount=eur(2000), tax=eur(1597), promotion=promotion)
    return an_order(lines=(line,))


def sold(play: Play, order: Order) -> None:
    Promotion.objects.create(code="SAVE20", currency="EUR", from_minor=10000)
    sent(play, order)


def test_what_is_kept_has_to_earn_the_promotion_and_the_arithmetic_says_so(play: Play) -> None:
    sold(play, two_at_sixty())

    parent = taken_back(play, _row(), {"1": 1})

    assert parent.total_minor == 4000
    assert parent.arithmetic == [
        ["1 x BOOT-42 as paid", 5000],
        ["SAVE20 not earned any more: goods for 60.00 EUR stay, 100.00 EUR are needed", -1000],
    ]
    assert (parent.state, money(NUMBER)[1], owed(NUMBER)) == ("closed", 4000, 0)
    sums_up(play)


def test_when_all_has_come_back_all_that_was_paid_has_gone_back(play: Play) -> None:
    sold(play, two_at_sixty())
    taken_back(play, _row(), {"1": 1})

    last = taken_back(play, _row(), {"1": 1}, key="second")

    assert (last.total_minor, money(NUMBER)[1], owed(NUMBER)) == (6000, 10000, 0)
    assert sorted(memo["totalAmount"] for memo in credit_memos(play, NUMBER)) == ["40.00", "60.00"]
    assert sum(memo.clawback_minor for memo in CreditMemo.objects.all()) == 0
    sums_up(play)


def test_what_was_announced_and_did_not_come_earns_the_promotion_again(play: Play) -> None:
    """Three at 60.00 less 20.00: with one left it would not be earned, with two it is."""
    three = a_line(quantity=3, unit_price=eur(6000), discount=eur(2000), tax=eur(2554), promotion="SAVE20")
    sold(play, an_order(lines=(three,)))
    parent = asks(_row(), {"1": 2})
    agreed = parent.total_minor

    settling.settle_for(parent, {"1": 1}, now=clock.now())

    parent.refresh_from_db()
    assert (agreed, parent.total_minor, parent.clawback_minor) == (10666 - 667, 5333, 0)


def test_of_what_is_given_back_nothing_is_for_goods_that_stay(play: Play) -> None:
    three = a_line(quantity=3, unit_price=eur(4000), discount=eur(2000), tax=eur(1597), promotion="SAVE20")
    sold(play, an_order(lines=(three,)))
    first = taken_back(play, _row(), {"1": 1})
    parent = asks(_row(), {"1": 2}, key="second")

    settling.settle_for(parent, {"1": 1}, now=clock.now())
    parent.refresh_from_db()
    last = asks(_row(), {"1": 1}, key="third")

    assert first.clawback_minor > 0
    assert parent.total_minor == 4000  # as the shop asks for one, since the other is kept without the promotion
    assert first.total_minor + parent.total_minor + last.total_minor == 10000


@pytest.mark.parametrize("promotion", ["", "OTHER"])
def test_of_a_discount_that_nothing_has_to_earn_nothing_is_taken_back(play: Play, promotion: str) -> None:
    sold(play, two_at_sixty(promotion))
    assert taken_back(play, _row(), {"1": 1}).total_minor == 5000


def test_what_stays_may_earn_it_still(play: Play) -> None:
    three = a_line(quantity=3, unit_price=eur(6000), discount=eur(2000), tax=eur(2554), promotion="SAVE20")
    sold(play, an_order(lines=(three,)))
    assert [term for term in taken_back(play, _row(), {"1": 1}).arithmetic if "SAVE20" in term[0]] == []


_LINES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9000), st.integers(0, 900)), min_size=1, max_size=3)


@given(bought=_LINES, from_minor=st.integers(1, 40_000), steps=st.lists(st.integers(0, 2), max_size=15))
def test_in_whatever_steps_all_comes_back_what_was_lost_is_given_back(
    bought: list[tuple[int, int, int]], from_minor: int, steps: list[int]
) -> None:
    lines = [Bought(str(n), units, 0, price, off) for n, (units, price, off) in enumerate(bought)]
    sum_of_all = 0
    for came in [*steps, None]:  # a unit of one line each time, and at last all that is left
        after = [_back(line, came in (n, None), came is None) for n, line in enumerate(lines)]
        sum_of_all += lost(lines, after, from_minor=from_minor)
        assert sum_of_all >= 0
        lines = after
    assert sum_of_all == 0


def _back(line: Bought, comes: bool, whole: bool) -> Bought:
    return replace(line, returned=line.units if whole else min(line.units, line.returned + comes))


def _row() -> OrderRow:
    return OrderRow.objects.get(number=NUMBER)
