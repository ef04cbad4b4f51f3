"""What a return of an order in foreign money means in our own: the refund is what was paid, the rest is exchange.

A credit memo takes revenue back at the rate it was earned at; what the same money costs us more or less by now goes to
FX, in an entry of our own currency. What stands on balance sheet accounts the ERP revalues.
"""

from decimal import Decimal

from django.conf import settings

from canonical.money import Money
from process_apis.catalog import tenders as rates
from process_apis.ledger import services as ledger
from process_apis.orders.models import Parcel
from process_apis.return_to_refund.booking import book
from process_apis.return_to_refund.entries import exchange_legs
from process_apis.returns.models import CreditMemo


def book_difference(memo: CreditMemo) -> str:
    """Book it, once. Returns the entry's reference, or "". Raises UnknownRate while nobody has said today's rate."""
    ours, earned = settings.FUNCTIONAL_CURRENCY, _rate_of_sale(memo.order_number)
    if memo.currency == ours or earned is None:
        return ""
    without_tax = memo.net_minor + memo.shipping_minor - memo.fee_minor - memo.clawback_minor
    amount = Money(minor=without_tax, currency=memo.currency)
    today = rates.rate(base=memo.currency, quote=ours, on=ledger.business_day())
    return book(
        reference=f"FX-{memo.number}",
        purpose="exchange_difference",
        source_event=f"return:{memo.parent.number}",
        legs=exchange_legs(
            then=amount.converted(ours, rate=earned).minor, now=amount.converted(ours, rate=today.rate).minor
        ),
        currency=ours,
        order_number=memo.order_number,
        memo=f"Sold at {earned:f}, came back at {today.rate:f} ({today.source})"[:200],
        booked_on=memo.booked_on,
    )


def _rate_of_sale(order_number: str) -> Decimal | None:
    """What one unit was worth when the order was billed; over all its parcels, by what they billed."""
    billed = [
        (parcel.fx_rate, parcel.total_minor)
        for parcel in Parcel.objects.filter(order__number=order_number, fx_rate__isnull=False, total_minor__gt=0)
        if parcel.fx_rate is not None
    ]
    total = sum(minor for _, minor in billed)
    return sum((rate * minor for rate, minor in billed), Decimal(0)) / total if total else None
