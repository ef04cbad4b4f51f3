"""Read how customers may pay, and what currencies are worth; write the tenders most retailers know."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from process_apis.catalog.tender_models import CaptureAt, FxRate, SettledBy, TenderKind
from retail_platform.kernel.problem import DomainError

RATE_HOLDS = timedelta(days=7)  # over a long weekend no rate is published
# code, name, who settles it, account role, draw order, capture at, due in days, offered at our own checkout
STANDARD = (
    ("gift_card", "Gift card", SettledBy.STORED_VALUE, "GC", 10, CaptureAt.ORDER, 0, True),
    ("store_credit", "Store credit", SettledBy.STORED_VALUE, "SC", 20, CaptureAt.ORDER, 0, True),
    ("loyalty", "Loyalty points", SettledBy.STORED_VALUE, "LOY", 30, CaptureAt.ORDER, 0, True),
    ("card", "Card", SettledBy.PROVIDER, "PSP", 50, CaptureAt.SHIPMENT, 0, True),
    ("wallet", "Wallet", SettledBy.PROVIDER, "PSP", 50, CaptureAt.SHIPMENT, 0, True),
    ("channel", "Paid at the channel", SettledBy.CHANNEL, "CHAN", 60, CaptureAt.SHIPMENT, 0, False),
    ("cash_on_delivery", "Cash on delivery", SettledBy.CARRIER, "COD", 80, CaptureAt.SHIPMENT, 0, True),
    ("invoice_terms", "On invoice", SettledBy.TERMS, "AR", 90, CaptureAt.SHIPMENT, 30, False),
    ("till_cash", "Cash at a till", SettledBy.TILL, "TILL", 40, CaptureAt.ORDER, 0, False),
    ("till_card", "Card at a till", SettledBy.TILL, "PSP", 40, CaptureAt.ORDER, 0, False),
)


class UnknownRate(DomainError):
    """Nobody has said what this currency is worth; an amount is never converted by a guess."""

    status, kind, title = 422, "unknown-rate", "There is no exchange rate for this day"


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth in another, and who says so."""

    rate: Decimal
    source: str


def write_standard() -> None:
    """Add the standard kinds that are not there; what finance has changed stays."""
    TenderKind.objects.bulk_create(
        [
            TenderKind(
                code=code, name=name, settled_by=settled_by, role=role, draw_order=draw_order, capture_at=capture_at,
                due_days=due_days, at_our_checkout=ours,
            )
            for code, name, settled_by, role, draw_order, capture_at, due_days, ours in STANDARD
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def kinds(codes: Collection[str]) -> dict[str, TenderKind]:
    """The active kinds of tender among these."""
    return {kind.code: kind for kind in TenderKind.objects.filter(code__in=codes, active=True)}


def rate(*, base: str, quote: str, on: date) -> Rate:
    """The rate of that day, or of the latest day of the week before. Raises UnknownRate."""
    if base == quote:
        return Rate(Decimal(1), "same currency")
    found = FxRate.objects.filter(base=base, quote=quote, on__lte=on, on__gt=on - RATE_HOLDS).order_by("-on").first()
    if found is None:
        raise UnknownRate(
            f"no rate from {base} to {quote} for {on} or the week before; add one under Catalog, Exchange rates"
        )
    return Rate(found.rate, f"{found.source} {found.on}")
