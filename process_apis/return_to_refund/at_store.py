"""A customer stands at the counter with goods: taken back in one commit, with a receipt or without.

The goods are in our hands, so return, receipt and, where staff have looked at them, disposition are written together;
the journey pays. What a marketplace sold, the marketplace pays back; we only take the goods and tell it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, IntegerField

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order, ParcelLine
from process_apis.return_to_refund import opening, receiving
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.receiving import Came
from process_apis.returns import identities, queries, services
from process_apis.returns.models import Disposition, RefundWay, Return
from retail_platform.kernel.problem import Unprocessable

STORE, NO_RECEIPT = "store", "no_receipt"


class NoPrice(Unprocessable):
    """Nothing of this was sold in the window, so nobody knows what to give for it without a receipt."""

    kind, title = "no-price", "There is no price for this without a receipt"


class NotAtThisStore(Unprocessable):
    """There is no such store, or it takes nothing back."""

    kind, title = "not-a-store", "Goods cannot be taken back here"


@dataclass(frozen=True, slots=True)
class Handed:
    """Units a customer puts on the counter. `disposition` is "" where somebody else is to look at them."""

    sku: str
    units: int
    line_id: str = ""
    condition: str = "new"
    serial: str = ""
    disposition: str = ""
    suspect: str = ""


@transaction.atomic
def with_receipt(
    *,
    key: str,
    order: Order,
    node: str,
    handed: Sequence[Handed],
    staff: str,
    now: datetime,
    settle_as: str = "",
    reason: str = "",
    expected: Money | None = None,
) -> Return:
    """Take back what an order was sold with; `expected` is what the customer was told.

    Raises what opening and receiving a return raise.
    """
    if standing := queries.by_key(key):
        return standing
    parent = opening.open_return(
        number=order.number,
        key=key,
        lines=[Asked(each.line_id, each.units, each.condition) for each in handed],
        channel=STORE,
        requested_by=staff,
        reason=reason,
        node=_store(node),
        expected=expected,
        now=now,
    )
    if settle_as and not sold_by_channel(order):
        Return.objects.filter(id=parent.id).update(settled_as=settle_as)
    take_in(parent, handed, staff=staff, now=now)
    parent.refresh_from_db()
    return parent


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
        services.LineGiven(
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
    given = services.Opened(
        key=key,
        channel=STORE,
        currency=settings.FUNCTIONAL_CURRENCY,
        node=_store(node),
        reason=reason or NO_RECEIPT,
        note="No receipt: price and tax are not those of the sale.",
        requested_by=staff,
        lines=lines,
        total_minor=total,
        arithmetic=terms,
    )
    parent, _ = services.open_return(given, now=now)
    Return.objects.filter(id=parent.id).update(settled_as=RefundWay.STORE_CREDIT)
    identities.keep(parent, identity=identity, price_from=", ".join(prices[sku].sale for sku in sorted(prices)))
    numbered = [
        Handed(each.sku, each.units, str(place), each.condition, each.serial, each.disposition, each.suspect)
        for place, each in enumerate(handed, start=1)
    ]
    take_in(parent, numbered, staff=staff, now=now)
    parent.refresh_from_db()
    return parent


def sold_by_channel(order: Order) -> bool:
    """Did a marketplace or another shop take the money, so that it alone can give it back?"""
    return any(payment.settled_by == SettledBy.CHANNEL for payment in order.payments.all())


@transaction.atomic
def announced(*, key: str, number: str, node: str, handed: Sequence[Handed], staff: str, now: datetime) -> Return:
    """Take in what a customer announced before, wherever it was to come back to. Its money goes as was agreed.

    Raises NoSuchReturn, NotAtThisStore, ReceiptRefused and WrongState.
    """
    parent = queries.one(number)
    take_in(parent, handed, key=key, node=_store(node), staff=staff, now=now)
    parent.refresh_from_db()
    return parent


def take_in(
    parent: Return, handed: Sequence[Handed], *, staff: str, now: datetime, key: str = "", node: str = ""
) -> None:
    """The goods of a return are here; what staff have looked at is disposed of at once."""
    came = [Came(each.sku, each.units, each.line_id, each.condition, each.serial, each.suspect) for each in handed]
    receipt = receiving.receive(
        key=key or f"store:{parent.number}", node=node or parent.node, lines=came, by=staff,
        return_number=parent.number, now=now,
    )  # fmt: skip
    looked: Mapping[tuple[str, str], Handed] = {(each.line_id, each.sku): each for each in handed}
    # What is suspect is not the store's to dispose of, and what was sent twice is disposed of already.
    for line in receipt.lines.filter(suspect="", disposition=Disposition.PENDING):
        seen = looked.get((line.line_id, line.sku)) or looked.get(("", line.sku))
        if seen and seen.disposition:
            receiving.inspect(line.id, disposition=Disposition(seen.disposition), by=staff, now=now)


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


def _store(node: str) -> str:
    if node not in catalog.nodes():
        raise NotAtThisStore(
            f"there is no store {node!r}; send the code of the store that has the goods",
            errors=[{"pointer": "/node", "detail": f"there is no store {node!r}"}],
        )
    return node
