"""Find the sale that goods at the counter are of, wherever they were bought. Limited, and each search is kept."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from canonical.ids import receipt_number
from experience_apis.store_tools.models import ReceiptLookup
from process_apis.orders import receipts as papers
from process_apis.orders.models import Order
from process_apis.return_to_refund import at_store, sold
from process_apis.returns import queries as returns
from process_apis.returns.models import Return
from retail_platform.kernel import valkey
from retail_platform.kernel.problem import DomainError, NotFound
from retail_platform.kernel.serializers import Amount
from retail_platform.kernel.throttle import take

MOST, A_MINUTE = 20, 30
BY: Mapping[str, str] = {
    "order": "number",
    "invoice": "parcels__invoice_number",
    "card": "payments__reference",
    "loyalty": "customer_reference",
    "email": "customer_email__iexact",
    "return": "",  # the number of a return the customer has announced
}
ON_PAPER = ("order", "invoice")  # these are printed with a check character


class TooManyLookups(DomainError):
    """So many searches in a minute are no customer at a counter. Wait, then search again."""

    status, kind, title = 429, "too-many-lookups", "Too many searches"


def find(*, by: str, value: str, client: str, staff: str = "") -> list[Order]:
    """Sales that match, the latest first and no more than a counter needs.

    Raises TooManyLookups, and ReceiptCheckFailed for a number whose check character does not fit.
    """
    _count(client=client, by=by)
    if by in ON_PAPER:
        value = papers.number_of(value, pointer="/value")
    found = list(_sales(by, value).distinct().order_by("-placed_at")[:MOST])
    ReceiptLookup.objects.create(
        client=client, staff=staff, by=by, found=len(found), order_numbers=[order.number for order in found]
    )
    return found


def _sales(by: str, value: str) -> QuerySet[Order]:
    if by == "return":
        return Order.objects.filter(number__in=Return.objects.filter(number=value).values("order_number"))
    return Order.objects.filter(**{BY[by]: value}) if value else Order.objects.none()


def one(number: str, *, client: str, staff: str = "") -> Order:
    """The sale of an order or invoice number. Raises NotFound, TooManyLookups, ReceiptCheckFailed."""
    _count(client=client, by="number")
    number = papers.number_of(number, pointer="")
    wanted = Q(number=number) | Q(parcels__invoice_number=number)
    found = Order.objects.filter(wanted).distinct().first()
    ReceiptLookup.objects.create(
        client=client, staff=staff, by="number", found=int(found is not None),
        order_numbers=[found.number] if found else [],
    )  # fmt: skip
    if found is None:
        raise NotFound("No sale has this order or invoice number; look it up by card, loyalty number or e-mail.")
    return found


def shown(order: Order) -> dict[str, Any]:
    """A sale as staff may see it: what can come back, until when, and for how much; names and cards masked."""
    worth = sold.sold(order)
    window = sold.policy(at_store.STORE).window_days
    return {
        "order_number": order.number,
        "receipt_number": receipt_number(order.number),
        "invoices": [parcel.invoice_number for parcel in order.parcels.all()],
        "channel": order.channel,
        "refunded_by_channel": at_store.sold_by_channel(order),
        "placed_at": order.placed_at,
        "customer": masked(order.customer_name),
        "tenders": _tenders(order),
        "lines": [_line(line, worth[line.line_id], order.currency, window) for line in order.lines.all()],
        "announced": [_announced(parent, order) for parent in returns.announced(order.number)],
    }


def masked(name: str) -> str:
    """First letters only: enough to compare with a document, too little to copy."""
    return " ".join(f"{part[0]}." for part in name.split())


def _line(line: Any, of: sold.Sold, currency: str, window: int) -> dict[str, Any]:
    left = max(0, of.shipped - of.returned)
    until = of.delivered_on + timedelta(days=of.window_days or window) if of.delivered_on else None
    paid = of.net_minor + of.tax_minor
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "title": line.title,
        "bought": line.quantity,
        "returned": of.returned,
        "can_return": left if of.returnable and until and until >= timezone.localdate() else 0,
        "until": until,
        "paid_for_one": Amount(paid // of.quantity if of.quantity else 0, currency),
    }


def _announced(parent: Return, order: Order) -> dict[str, Any]:
    titles = {line.line_id: line.title for line in order.lines.all()}
    return {
        "number": parent.number,
        "lines": [
            {
                "line_id": line.line_id, "sku": line.sku, "title": titles.get(line.line_id, ""),
                "units": line.units - line.received,
            }
            for line in parent.lines.all()
            if line.received < line.units
        ],
    }  # fmt: skip


def _tenders(order: Order) -> Sequence[dict[str, Any]]:
    return [
        {"kind": payment.kind, "can_refund": Amount(payment.left_minor, order.currency)}
        for payment in order.payments.all()
    ]


def _count(*, client: str, by: str) -> None:
    try:
        verdict = take(subject=f"{client}:{by}", policy="receipts", limit=A_MINUTE)
    except valkey.Down:
        return
    if not verdict.allowed:
        raise TooManyLookups(f"{A_MINUTE} a minute are allowed", retry_after_s=verdict.reset_s)
