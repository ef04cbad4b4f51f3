"""Book the journey's entries in our ledger, and post them to the ERP under our reference."""

from typing import Any

from process_apis.engine.process import Done, StepContext
from process_apis.ledger import queries, services
from system_apis.erp.gateway import erp


def book(
    *,
    reference: str,
    purpose: str,
    source_event: str,
    legs: list[tuple[str, int]],
    currency: str,
    order_number: str,
    memo: str,
) -> str:
    """Book an entry on the ledger's present day; legs of nothing book nothing. Returns its reference, or ""."""
    if not any(minor for _, minor in legs):
        return ""
    entry = services.entry_of(
        reference=reference,
        purpose=purpose,
        source_event=source_event,
        booked_on=services.business_day(),
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
