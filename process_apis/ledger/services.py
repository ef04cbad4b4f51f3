"""Book entries and close periods. An entry is never changed; a mistake is reversed."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from canonical.journal import JournalEntry as Entry
from canonical.journal import Posting
from canonical.money import Money
from process_apis.ledger.models import Account, JournalEntry, JournalLine, Period, PeriodState
from retail_platform.kernel import correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError


class UnmappedAccount(DomainError):
    """Finance has named no account for a role; nothing of the entry is booked, not even half."""

    status = 422
    kind = "unmapped-account"
    title = "No account is named for this"


class EntryDiffers(DomainError):
    """The event is booked already, with other amounts. Reverse the entry first."""

    status = 409
    kind = "entry-differs"
    title = "This event is booked already, differently"


def entry_of(
    *,
    reference: str,
    purpose: str,
    source_event: str,
    booked_on: date,
    legs: Mapping[str, int] | Sequence[tuple[str, int]],
    currency: str,
    memo: str = "",
) -> Entry:
    """Put roles and amounts ("REV", -1999) in the words of the chart of accounts. Raises UnmappedAccount."""
    pairs = list(legs.items()) if isinstance(legs, Mapping) else list(legs)
    accounts = dict(Account.objects.filter(active=True).values_list("role", "code"))
    if missing := sorted({role for role, _ in pairs} - accounts.keys()):
        raise UnmappedAccount(f"no active account has the role {', '.join(missing)}; name one under Ledger, Accounts")
    return Entry(
        reference=reference,
        entity=settings.LEGAL_ENTITY,
        purpose=purpose,
        source_event=source_event,
        booked_on=booked_on,
        postings=tuple(
            Posting(account=accounts[role], amount=Money(minor=minor, currency=currency), memo=memo)
            for role, minor in pairs
            if minor
        ),
    )


@transaction.atomic
def book(entry: Entry, *, order_number: str = "") -> bool:
    """Write an entry. False if it stands already; raises EntryDiffers if what stands is something else."""
    header = JournalEntry(
        reference=entry.reference,
        entity=entry.entity,
        purpose=entry.purpose,
        source_event=entry.source_event,
        booked_on=entry.booked_on,
        currency=entry.postings[0].amount.currency,
        order_number=order_number,
        correlation_id=correlation.current(),
    )
    # Two that book the same at once: the second waits here for the first, and finds what it has written.
    JournalEntry.objects.bulk_create([header], ignore_conflicts=True)
    standing = JournalEntry.objects.filter(
        entity=entry.entity, source_event=entry.source_event, purpose=entry.purpose
    ).first()
    if standing is None:
        raise EntryDiffers(f"{entry.reference} is the reference of another event's entry")
    if standing.id != header.id:
        _same(standing, entry)
        return False
    JournalLine.objects.bulk_create(
        JournalLine(entry=header, account_id=p.account, amount_minor=p.amount.minor, memo=p.memo)
        for p in entry.postings
    )
    outbox.add(
        name="journal.booked",
        aggregate=f"journal:{entry.reference}",
        data={"reference": entry.reference, "order_number": order_number},
    )
    return True


def close_period(*, entity: str, day: date) -> bool:
    """Close the period that holds `day`; waits for entries under way. False if it is closed or not there."""
    return bool(
        Period.objects.filter(entity=entity, first_day__lte=day, last_day__gte=day, state=PeriodState.OPEN).update(
            state=PeriodState.CLOSED
        )
    )


def open_periods(*, entity: str, months: Sequence[date]) -> None:
    """Make sure that the month of each day given has a period; an existing one stays as it is."""
    with connection.cursor() as cursor:
        for day in months:
            cursor.execute(
                "INSERT INTO ledger_period (entity, first_day, last_day, state) "
                "SELECT %s, date_trunc('month', %s::date), date_trunc('month', %s::date) + interval '1 month - 1 day', "
                "'open' ON CONFLICT (entity, first_day) DO NOTHING",
                [entity, day, day],
            )


def business_day() -> date:
    """The ledger's day now, in the entity's zone."""
    return timezone.localdate()


def _same(standing: JournalEntry, entry: Entry) -> None:
    stood = sorted(standing.lines.values_list("account_id", "amount_minor"))
    if stood != sorted((p.account, p.amount.minor) for p in entry.postings):
        raise EntryDiffers(f"{entry.purpose} of {entry.source_event} stands as {standing.reference} with other amounts")
