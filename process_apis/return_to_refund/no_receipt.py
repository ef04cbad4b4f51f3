"""Goods nobody can show a sale of: back at the lowest price of late, for store credit, so much for an identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, IntegerField

from process_apis.catalog import queries as catalog
from process_apis.orders.models import ParcelLine
from process_apis.return_to_refund.at_store import STORE, Handed, store_of, take_in
from process_apis.returns import identities, queries, requested
from process_apis.returns.models import RefundWay, Return
from retail_platform.kernel.problem import Unprocessable

NO_RECEIPT = "no_receipt"


class NoPrice(Unprocessable):
    """Nothing of this was sold in the window, so nobody knows what to give for it without a receipt."""

    kind, title = "no-price", "There is no price for this without a receipt"


@transaction.atomic
def without_receipt(
    *, key: str, node: str, handed: Sequence[Handed], document: str, staff: str, now: datetime, reason: str = ""
) -> Return:
    """Take back what nobody can show a sale of: the lowest price of late, as store credit, so much for an identity.

    Raises NoPrice and IdentityLimit.
    """
    if standing := queries.by_key(key):
        return standing
    prices = _lowest(sorted({each.sku for each in handed}), now=now)
    products = catalog.products({each.sku for each in handed})
    lines = [
        requested.LineGiven(
            line_id=str(place),
            sku=each.sku,
            units=each.units,
            condition=each.condition,
            serial=each.serial,
            net_minor=prices[each.sku].net_minor * each.units,
            tax_minor=prices[each.sku].tax_minor * each.units,
            unit_cost_minor=products[each.sku].cost_minor if each.sku in products else 0,
            cost_currency=settings.FUNCTIONAL_CURRENCY,
        )
        for place, each in enumerate(handed, start=1)
    ]
    total = sum(line.net_minor + line.tax_minor for line in lines)
    identity = identities.hash_of(document)
    limit = identities.Limit(settings.NO_RECEIPT_TIMES, settings.NO_RECEIPT_TOTAL_MINOR)
    identities.check(identity, total_minor=total, limit=limit, now=now)
    terms = [
        (f"{line.units} x {line.sku} at the lowest price of late", line.net_minor + line.tax_minor) for line in lines
    ]
    given = requested.Opened(
        key=key,
        channel=STORE,
        currency=settings.FUNCTIONAL_CURRENCY,
        node=store_of(node),
        reason=reason or NO_RECEIPT,
        note="No receipt: price and tax are not those of the sale.",
        requested_by=staff,
        lines=lines,
        total_minor=total,
        arithmetic=terms,
    )
    parent, _ = requested.open_return(given, now=now)
    Return.objects.filter(id=parent.id).update(settled_as=RefundWay.STORE_CREDIT)
    identities.keep(parent, identity=identity, price_from=", ".join(prices[sku].sale for sku in sorted(prices)))
    numbered = [
        Handed(each.sku, each.units, str(place), each.condition, each.serial, each.disposition, each.suspect)
        for place, each in enumerate(handed, start=1)
    ]
    take_in(parent, numbered, staff=staff, now=now)
    parent.refresh_from_db()
    return parent


@dataclass(frozen=True, slots=True)
class _Price:
    net_minor: int
    tax_minor: int
    sale: str


def _lowest(skus: Sequence[str], *, now: datetime) -> dict[str, _Price]:
    """What one unit of each went for at its cheapest in the window. Raises NoPrice naming those that did not sell."""
    since = now - timedelta(days=settings.NO_RECEIPT_WINDOW_DAYS)
    found: dict[str, _Price] = {}
    for sku in skus:
        unit = ExpressionWrapper(
            (F("net_minor") - F("discount_minor") + F("tax_minor")) / F("quantity"), output_field=IntegerField()
        )
        row = (
            ParcelLine.objects.filter(
                line__sku=sku,
                parcel__dispatched_at__gt=since,
                parcel__order__currency=settings.FUNCTIONAL_CURRENCY,
                quantity__gt=0,
            )
            .annotate(unit=unit)
            .filter(unit__gt=0)
            .select_related("parcel")
            .order_by("unit", "id")
            .first()
        )
        if row:
            net, tax = (row.net_minor - row.discount_minor) // row.quantity, row.tax_minor // row.quantity
            found[sku] = _Price(net, tax, row.parcel.invoice_number)
    if lacking := [sku for sku in skus if sku not in found]:
        raise NoPrice(
            f"{', '.join(lacking)} was not sold in {settings.NO_RECEIPT_WINDOW_DAYS} days; find the receipt",
            errors=[{"pointer": "/lines", "detail": f"no sale of {sku} to take a price from"} for sku in lacking],
        )
    return found
