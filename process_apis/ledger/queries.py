"""Read the ledger."""

from django.db.models import Sum

from canonical.journal import AccountBalance, Posting
from canonical.journal import JournalEntry as Entry
from canonical.money import Money
from process_apis.ledger.models import JournalEntry, JournalLine


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
