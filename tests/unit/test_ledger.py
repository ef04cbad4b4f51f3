"""The ledger keeps its promises in the database, whoever writes to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from process_apis.ledger import queries, services
from process_apis.ledger.models import JournalEntry, JournalLine
from retail_platform.kernel.outbox.models import Fact
from tests.factories import NOON, a_chart, an_entry, eur

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def chart() -> None:
    a_chart()


def raw_entry(**changes: Any) -> JournalEntry:
    """A header as somebody would write it who goes past our services."""
    fields = {
        "reference": "RAW-1", "entity": "RETAIL-1", "purpose": "raw", "source_event": "x", "currency": "EUR",
        "booked_on": NOON.date(), **changes,
    }  # fmt: skip
    return JournalEntry.objects.create(**fields)


def lines(entry: JournalEntry, *amounts: int) -> None:
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account_id="1200", amount_minor=amount) for amount in amounts
    )


def test_an_entry_is_booked_with_its_lines_and_told() -> None:
    assert services.book(an_entry(), order_number="W-1001")
    assert JournalLine.objects.count() == 2
    assert Fact.objects.get(name="journal.booked").data["order_number"] == "W-1001"


@pytest.mark.parametrize("amounts", [(100, -99), (100,), ()])
def test_the_database_refuses_an_entry_that_does_not_balance(amounts: tuple[int, ...]) -> None:
    with pytest.raises(DatabaseError, match=r"is off by|has [01] lines"), transaction.atomic():
        lines(raw_entry(), *amounts)


def test_a_line_of_nothing_is_refused() -> None:
    with pytest.raises(DatabaseError, match="posting_moves_something"), transaction.atomic():
        lines(raw_entry(), 0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_journalentry SET purpose = 'other'",
        "DELETE FROM ledger_journalentry",
        "TRUNCATE ledger_journalentry CASCADE",
        "UPDATE ledger_journalline SET amount_minor = 1",
        "DELETE FROM ledger_journalline",
        "TRUNCATE ledger_journalline",
    ],
)
def test_what_is_booked_stays(statement: str) -> None:
    services.book(an_entry())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert JournalLine.objects.count() == 2


def test_lines_cannot_be_added_later_even_if_they_balance() -> None:
    services.book(an_entry())
    with pytest.raises(DatabaseError, match="together with their entry"), transaction.atomic():
        lines(JournalEntry.objects.get(), 5, -5)


def test_nothing_is_booked_into_a_closed_period() -> None:
    assert services.close_period(entity="RETAIL-1", day=NOON.date())
    with pytest.raises(DatabaseError, match="is closed"):
        services.book(an_entry())


def test_nothing_is_booked_on_a_day_without_a_period() -> None:
    with pytest.raises(DatabaseError, match="not set up"):
        services.book(an_entry(booked_on=date(2031, 1, 1)))


def test_a_period_is_closed_once() -> None:
    assert services.close_period(entity="RETAIL-1", day=NOON.date())
    assert not services.close_period(entity="RETAIL-1", day=NOON.date())


def test_setting_periods_up_again_opens_none_that_was_closed() -> None:
    services.close_period(entity="RETAIL-1", day=NOON.date())
    a_chart()
    with pytest.raises(DatabaseError, match="is closed"):
        services.book(an_entry())


def test_the_same_event_is_booked_once() -> None:
    assert services.book(an_entry())
    assert not services.book(an_entry())
    assert JournalEntry.objects.count() == 1


def test_the_same_event_with_other_amounts_is_an_error() -> None:
    services.book(an_entry())
    with pytest.raises(services.EntryDiffers):
        services.book(an_entry(("1200", 200), ("4000", -200)))


def test_one_event_may_have_entries_of_different_purpose() -> None:
    services.book(an_entry())
    assert services.book(an_entry(("5000", 40), ("1400", -40), purpose="cost", reference="COST-1"))


def test_a_role_without_an_account_books_nothing_and_is_named() -> None:
    with pytest.raises(services.UnmappedAccount, match="GIFT"):
        services.entry_of(
            reference="X", purpose="p", source_event="e", booked_on=NOON.date(), legs=[("GIFT", 1), ("AR", -1)],
            currency="EUR",
        )  # fmt: skip


def test_an_entry_is_read_back_as_it_was_booked() -> None:
    services.book(an_entry())
    assert queries.entry("SALE-1") == an_entry()


def test_all_accounts_together_come_to_nothing() -> None:
    services.book(an_entry())
    services.book(an_entry(("5000", 40), ("1400", -40), purpose="cost", reference="COST-1"))
    balances = {each.account: each.balance for each in queries.trial_balance(entity="RETAIL-1")}
    assert balances == {"1200": eur(100), "4000": eur(-100), "5000": eur(40), "1400": eur(-40)}


def test_twenty_thousand_lines_commit_in_a_moment() -> None:
    with transaction.atomic():
        entry = raw_entry()
        lines(entry, *([1, -1] * 10_000))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")  # holds for the trigger at commit
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert JournalLine.objects.count() == 20_000


def test_two_who_book_the_same_event_at_once_book_it_once() -> None:
    def book(_: int) -> bool:
        try:
            return services.book(an_entry())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as hands:
        assert sum(hands.map(book, range(8))) == 1


def test_a_reference_that_another_event_has_is_refused() -> None:
    services.book(an_entry())
    with pytest.raises(services.EntryDiffers):
        services.book(an_entry(source_event="parcel:SHP-2"))
