"""Money is split, written and read without losing a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.money import Money, total

amounts = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "USD"])


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any))
def test_splitting_loses_nothing(minor: int, weights: list[int]) -> None:
    assert sum(part.minor for part in Money(minor=minor, currency="EUR").split(weights)) == minor


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_no_share_is_off_by_a_whole_unit(minor: int, weights: list[int]) -> None:
    parts = Money(minor=minor, currency="EUR").split(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


@given(amounts, currencies)
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    amount = Money(minor=minor, currency=currency)
    assert Money.of(amount.text, currency) == amount


@given(st.lists(amounts, max_size=30))
def test_a_sum_does_not_depend_on_the_order(minors: list[int]) -> None:
    values = [Money(minor=minor, currency="EUR") for minor in minors]
    assert total(values, currency="EUR") == total(values[::-1], currency="EUR")


@pytest.mark.parametrize("text", ["1e3", "NaN", "١٩.٩٩", "1_000", "19.999", "", "--1", "1,00", " ", "0x10", "+1"])
def test_an_amount_that_is_not_plainly_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Money.of(text, "EUR")


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError):
        Money(minor=1, currency="EUR") + Money(minor=1, currency="USD")
