"""Read the ledger."""

from datetime import date

from django.db.models import QuerySet, Sum

from canonical.journal import AccountBalance, Posting
from canonical.journal import JournalEntry as Entry
from canonical.money import Money
from process_apis.ledger.models import Account, JournalEntry, JournalLine
from retail_platform.kernel.problem import NotFound


class NoSuchEntry(NotFound):
    """No journal entry has this reference."""

    kind = "no-such-entry"
    title = "There is no such journal entry"


def trial_balance(*, entity: str) -> tuple[AccountBalance, ...]:
    """The sum of each account in each currency, accounts without any postings left out."""
    rows = (
        JournalLine.objects.filter(entry__entity=entity)
        .values_list("account_id", "entry__currency")
        .annotate(balance=Sum("amount_minor"))
        .order_by("account_id", "entry__currency")
    )
    return tuple(
        AccountBalance(account=account, balance=Money(minor=int(balance), currency=currency))
        for account, currency, balance in rows
    )


def roles() -> set[str]:
    """What the platform knows accounts by that may be posted to."""
    return set(Account.objects.filter(active=True).values_list("role", flat=True))


def entry(reference: str) -> Entry:
    """One entry as a canonical value. Raises JournalEntry.DoesNotExist."""
    found = JournalEntry.objects.prefetch_related("lines").get(reference=reference)
    return Entry(
        reference=found.reference,
        entity=found.entity,
        purpose=found.purpose,
        source_event=found.source_event,
        booked_on=found.booked_on,
        postings=tuple(
            Posting(
                account=line.account_id,
                amount=Money(minor=line.amount_minor, currency=found.currency),
                memo=line.memo,
            )
            for line in found.lines.all()
        ),
    )


def entries(*, entity: str, order_number: str | None = None, day: date | None = None) -> QuerySet[JournalEntry]:
    """Entries of one legal entity to page through, all or those of an order or of a business day."""
    wanted = {"order_number": order_number, "booked_on": day}
    found = JournalEntry.objects.filter(entity=entity, **{name: value for name, value in wanted.items() if value})
    return found.select_related("reverses")


def in_full(reference: str) -> JournalEntry:
    """One entry with its lines and accounts. Raises NoSuchEntry."""
    found = JournalEntry.objects.prefetch_related("lines__account").filter(reference=reference).first()
    if found is None:
        raise NoSuchEntry(f"there is no entry {reference!r}; take the reference from the list of entries")
    return found
