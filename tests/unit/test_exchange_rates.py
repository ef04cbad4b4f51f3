"""An amount is converted at a rate somebody stands for, or not at all."""

from datetime import timedelta
from decimal import Decimal

import pytest

from process_apis.catalog import tenders
from process_apis.catalog.models import FxRate
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = NOON.date()


@pytest.fixture(autouse=True)
def rates() -> None:
    for days, rate in ((3, "0.91"), (1, "0.92"), (-1, "0.99")):
        FxRate.objects.create(on=DAY - timedelta(days=days), base="USD", quote="EUR", rate=Decimal(rate), source="ECB")


def test_the_latest_rate_before_the_day_holds_and_says_whose_it_is() -> None:
    found = tenders.rate(base="USD", quote="EUR", on=DAY)
    assert (found.rate, found.source) == (Decimal("0.92"), f"ECB {DAY - timedelta(days=1)}")


@pytest.mark.parametrize(("base", "quote", "days"), [("USD", "EUR", 30), ("EUR", "USD", 0), ("GBP", "EUR", 0)])
def test_without_a_rate_nothing_is_converted(base: str, quote: str, days: int) -> None:
    with pytest.raises(tenders.UnknownRate, match="Exchange rates"):
        tenders.rate(base=base, quote=quote, on=DAY + timedelta(days=days))


def test_a_currency_is_worth_itself() -> None:
    assert tenders.rate(base="EUR", quote="EUR", on=DAY).rate == 1
