"""Book the journey's entries in our ledger, and post them to the ERP under our reference."""

from datetime import date
from typing import Any

from django.conf import settings

from process_apis.engine.process import Done, NeedsPerson, StepContext
from process_apis.ledger import queries, services
from process_apis.ledger.models import Period, PeriodState
from system_apis.erp.gateway import erp


def booking_day() -> date:
    """The ledger's day now or, while its period is locked, the first day of the next one that is open.

    What came back is booked when it came back, never into the past: the original is named, not reopened. Raises
    NeedsPerson where no period is open.
    """
    found = open_day()
    if found is None:
        raise NeedsPerson(
            f"no period from {services.business_day()} on is open, so nothing can be booked",
            proposal="open a period under Ledger, Periods, then resume",
            kind="business",
        )
    return found


def open_day() -> date | None:
    """The same; None where no period is open."""
    today = services.business_day()
    later = Period.objects.filter(entity=settings.LEGAL_ENTITY, last_day__gte=today, state=PeriodState.OPEN)
    first = later.order_by("first_day").values_list("first_day", flat=True).first()
    return max(first, today) if first else None


def book(
    *,
    reference: str,
    purpose: str,
    source_event: str,
    legs: list[tuple[str, int]],
    currency: str,
    order_number: str,
    memo: str,
    booked_on: date | None = None,
) -> str:
    """Book an entry, on the first open day unless told; legs of nothing book nothing. Returns its reference, or ""."""
    if not any(minor for _, minor in legs):
        return ""
    entry = services.entry_of(
        reference=reference,
        purpose=purpose,
        source_event=source_event,
        booked_on=booked_on or booking_day(),
        legs=legs,
        currency=currency,
        memo=memo,
    )
    services.book(entry, order_number=order_number)
    return entry.reference


def post(ctx: StepContext, fact: str) -> Done:
    """Post the entry that an earlier step left under this name."""
    reference = ctx.facts.get(fact)
    if not reference:
        return Done()
    facts: dict[str, Any] = {f"{fact}_ref": erp().post_journal(queries.entry(reference), key=ctx.key).value}
    return Done(**facts)
