"""A later version of a shop's order: which one is later, and what of the agreement it changes."""

import pytest

from canonical.order import Address
from process_apis.order_to_cash.decisions import versions
from tests.factories import a_line, an_order, eur


@pytest.mark.parametrize(
    ("version", "than", "later"),
    [
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:30:00+01:00", True),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:30:00Z", False),  # nine o'clock in Greenwich
        ("2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00+01:00", False),
        ("2", "1", True),
        ("1", "1", False),
        ("2026-03-02T10:00:00", "2026-03-02T09:30:00Z", True),  # no zone: another one, that is all we know
    ],
)
def test_a_later_version_is_known_by_its_instant(version: str, than: str, later: bool) -> None:
    assert versions.is_later(version, than=than) is later


def test_the_same_agreement_has_no_changes() -> None:
    assert versions.changes(an_order(), an_order(channel_version="2")) == []


def test_more_units_are_a_change_of_line_and_total() -> None:
    after = an_order(lines=(a_line(quantity=2),))

    assert versions.changes(an_order(), after) == [
        "line 1 was 1 x BOOT-42 for 119.00, is 2 x BOOT-42 for 238.00",
        "total was 119.00 EUR, is 238.00 EUR",
    ]


def test_lines_that_came_and_went_are_named() -> None:
    after = an_order(lines=(a_line(line_id="2"),))

    assert versions.changes(an_order(), after) == ["line 1 was removed", "line 2 was added"]


def test_another_address_is_a_change() -> None:
    assert versions.changes(an_order(), an_order(ship_to=Address(country="AT"))) == ["the delivery address is another"]


def test_a_lower_price_is_a_change_though_the_total_is_the_same() -> None:
    after = an_order(lines=(a_line(unit_price=eur(11000)),), shipping=eur(900))

    assert versions.changes(an_order(), after) == ["line 1 was 1 x BOOT-42 for 119.00, is 1 x BOOT-42 for 110.00"]
