"""Gift wrap and fees go with the goods they are for: billed, cancelled and given back with these, to the cent."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import ValidationError

from canonical.order import Order
from process_apis.catalog.models import Product
from process_apis.orders.belonging import Line, to_bill, to_cancel
from process_apis.orders.models import OrderLine
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions import amounts
from process_apis.return_to_refund.decisions.allowed import Asked, Policy, Sold
from retail_platform.kernel import clock
from tests.factories import a_line, an_order, eur
from tests.playing import AT_ONCE_MS, NEVER_MS, Play, books, money, playing
from tests.sandbox_process import SandboxProcess

NUMBER = "W-1001"
BOOTS, COATS = ("1", 3), ("2", 1)


def lines(*goods: tuple[str, int], wraps: int = 1, belongs_to: str = "1", **left: tuple[int, int]) -> list[Line]:
    """Goods as (line_id, quantity) and a wrap; `left` is line_id → (shipped, cancelled)."""
    found = [Line(name, name, "", False, count, *left.get(f"_{name}", (0, 0))) for name, count in goods]
    return [*found, Line("9", "9", belongs_to, True, wraps, *left.get("_9", (0, 0)))]


def test_a_wrap_is_billed_with_the_first_of_its_goods_that_leaves() -> None:
    assert to_bill(lines(BOOTS, COATS), {"2": 1}) == {}
    assert to_bill(lines(BOOTS, COATS), {"1": 1}) == {"9": 1}


def test_a_wrap_is_cancelled_with_the_last_of_its_goods() -> None:
    assert to_cancel(lines(BOOTS, COATS), {"1": 2}) == {}
    assert to_cancel(lines(BOOTS, COATS, _1=(0, 2)), {"1": 1}) == {"9": 1}


def test_a_wrap_for_each_unit_goes_with_each_unit() -> None:
    assert to_cancel(lines(BOOTS, COATS, wraps=3), {"1": 2}) == {"9": 2}


def test_a_wrap_that_is_for_no_line_goes_with_the_first_and_is_cancelled_with_the_last() -> None:
    assert to_bill(lines(BOOTS, COATS, belongs_to=""), {"2": 1}) == {"9": 1}
    assert to_cancel(lines(BOOTS, COATS, belongs_to=""), {"1": 3}) == {}
    assert to_cancel(lines(BOOTS, COATS, belongs_to=""), {"1": 3, "2": 1}) == {"9": 1}


def test_a_substitute_counts_as_the_goods_it_stands_for() -> None:
    first, wrap = lines(("1", 1), wraps=1, _1=(0, 1))
    coat, instead = Line("2", "2", "", False, 1, 0, 0), Line("1-2", "1", "", False, 1, 0, 0)
    assert to_cancel([first, instead, coat, wrap], {"2": 1}) == {}
    assert to_cancel([first, instead, coat, wrap], {"1-2": 1}) == {"9": 1}
    assert to_bill([first, instead, coat, wrap], {"1-2": 1}) == {"9": 1}


@pytest.mark.parametrize("wraps", [1, 2, 3, 5])
@pytest.mark.parametrize("shipped", [0, 1, 2, 3])
def test_what_is_billed_and_what_is_cancelled_come_to_all_of_it(wraps: int, shipped: int) -> None:
    state = {"shipped": 0, "cancelled": 0}
    for unit in range(3):
        way = "shipped" if unit < shipped else "cancelled"
        goods = (min(unit, shipped), max(0, unit - shipped))
        now = lines(BOOTS, wraps=wraps, _1=goods, _9=(state["shipped"], state["cancelled"]))
        state[way] += (to_bill if way == "shipped" else to_cancel)(now, {"1": 1}).get("9", 0)
    assert sum(state.values()) == wraps


def test_a_line_cannot_belong_to_one_that_is_not_there() -> None:
    with pytest.raises(ValidationError, match="belongs to no other line"):
        an_order(lines=(a_line(), a_line(line_id="2", sku="WRAP", belongs_to="7")))


def worth_of(policy: str, *units: int) -> list[int]:
    """What returns of so many units each of three boots at 119.00 with a wrap of 5.00 come to, one after the other."""
    boots = Sold("1", "BOOT-42", 3, 3, 0, net_minor=30000, tax_minor=5700, service_net_minor=420, service_tax_minor=80)
    wrap = Sold("9", "WRAP", 1, 1, 0, net_minor=420, tax_minor=80, is_service=True)
    found = []
    for count in units:
        worth = amounts.worth([Asked("1", count)], sold={"1": boots, "9": wrap}, policy=Policy(shipping=policy))
        found.append(worth.total_minor)
        boots = replace(
            boots, returned=boots.returned + count, back_net_minor=boots.back_net_minor + worth.net_minor,
            back_tax_minor=boots.back_tax_minor + worth.tax_minor,
        )  # fmt: skip
    return found


def test_a_wrap_goes_back_as_shipping_does() -> None:
    assert worth_of("whole", 1, 2) == [11900, 2 * 11900 + 500]
    assert worth_of("never", 1, 2) == [11900, 2 * 11900]
    assert sum(worth_of("always", 1, 1, 1)) == 3 * 11900 + 500


def test_the_arithmetic_of_a_return_names_the_wrap() -> None:
    boot = Sold("1", "BOOT-42", 1, 1, 0, net_minor=10000, tax_minor=1900, service_net_minor=420, service_tax_minor=80)
    terms = amounts.worth([Asked("1", 1)], sold={"1": boot}, policy=Policy()).arithmetic
    assert terms == (("1 x BOOT-42 as paid", 11900), ("gift wrap and fees with BOOT-42", 500))


def test_what_is_for_no_line_goes_back_with_the_last_of_all() -> None:
    boot = Sold("1", "BOOT-42", 2, 2, 0, net_minor=20000, tax_minor=3800)
    first, both = (
        amounts.worth([Asked("1", units)], sold={"1": boot}, policy=Policy(), services=(420, 80)) for units in (1, 2)
    )
    assert (first.total_minor, both.total_minor) == (11900, 23800 + 500)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess) -> Iterator[Play]:
    with playing(sandbox, skus=("BOOT-42", "COAT-1", "WRAP")) as shop:
        Product.objects.filter(sku="WRAP").update(kind="gift_wrap", revenue_role="WRAPREV", price_minor=500)
        shop.sandbox.setup(ship_delay_ms=AT_ONCE_MS, parcels={NUMBER: 1})
        yield shop


def wrapped_coat() -> Order:
    """A boot, and a coat that is gift-wrapped for 5.00."""
    wrap = a_line(line_id="3", sku="WRAP", unit_price=eur(500), tax=eur(80), belongs_to="2")
    return an_order(lines=(a_line(line_id="1"), a_line(line_id="2", sku="COAT-1"), wrap))


@pytest.mark.django_db
def test_a_wrap_is_not_paid_where_its_goods_are_cancelled(play: Play) -> None:
    play.sandbox.setup(ship_delay_ms=NEVER_MS)
    play.place(wrapped_coat())
    play.go()
    play.sandbox.setup(ship_delay_ms=AT_ONCE_MS)
    play.cancel(NUMBER, {"2": 1})
    play.go()
    play.later(2)
    play.parcels_leave(NUMBER)
    play.later(3)
    assert {line.line_id: line.cancelled for line in OrderLine.objects.all()} == {"1": 0, "2": 1, "3": 1}
    assert (money(NUMBER), books(NUMBER).get("WRAPREV", 0)) == ((11900, 0, 12400), 0)


@pytest.mark.django_db
def test_a_wrap_is_given_back_with_the_goods_it_was_for(play: Play) -> None:
    play.place(wrapped_coat())
    play.go()
    play.parcels_leave(NUMBER)
    play.later(3)
    back = [
        opening.open_return(number=NUMBER, key=line, lines=[Asked(line, 1)], requested_by="ada", now=clock.now())
        for line in ("1", "2")
    ]
    assert [each.total_minor for each in back] == [11900, 12400]


def test_half_of_a_line_gives_back_half_of_its_price_to_the_cent() -> None:
    boots = Sold("1", "BOOT-42", 2, 2, 0, net_minor=1513, tax_minor=287)  # 9.00 each, of which 1.435 are tax
    assert amounts.worth([Asked("1", 1)], sold={"1": boots}, policy=Policy()).total_minor == 900
