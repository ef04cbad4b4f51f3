"""A till and a service desk want the same unit and the same money back; tests/load/refund_races.py runs many more."""

import pytest

from tests.factories import a_catalog
from tests.load.refund_races import race

ROUNDS = 20


@pytest.mark.django_db(transaction=True)
def test_one_of_two_returns_of_the_same_unit_stands_and_the_other_hears_what_is_left() -> None:
    a_catalog()
    assert race(rounds=ROUNDS) == {"one winner, one clear answer": ROUNDS}
