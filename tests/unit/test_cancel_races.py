"""A parcel and a cancellation want the same unit at the same moment; tests/load/cancel_races.py runs many more."""

import pytest

from tests.factories import a_catalog, on_hand
from tests.load.cancel_races import race

ROUNDS = 20


@pytest.mark.django_db(transaction=True)
def test_a_unit_is_either_shipped_or_cancelled_and_its_money_follows() -> None:
    a_catalog()
    on_hand({"BOOT-42": ROUNDS})
    found = race(rounds=ROUNDS)
    assert set(found) <= {"shipped", "cancelled"}
