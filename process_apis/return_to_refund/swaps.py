"""A customer at the counter takes other goods for those that come back: agreed, handed over and settled in one commit.

Unlike a ticket that a till rang up offline, nothing has happened yet: the rules of returns are asked, the customer is
shown what it comes to, and another sum than that is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders import queries as orders
from process_apis.orders.models import Order
from process_apis.return_to_refund import approval, at_store, exchanges, opening
from process_apis.return_to_refund.at_store import Handed
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.exchanges import Difference, ExchangeRefused, Wanted
from process_apis.returns import queries
from process_apis.returns.models import Disposition, Return
from retail_platform.kernel.problem import DomainError

LIKE_NEW = ("new", "opened")  # anything else is kept for somebody to look at, and paid for now


class ExchangeDiffers(DomainError):
    """The exchange comes to another sum than the customer was shown. Show the new one, and ask again."""

    status, kind, title = 409, "exchange-differs", "The exchange comes to another sum"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an exchange comes to. One of `pays` and `gets` is zero at least; `gets` is in the currency of the sale."""

    brings: Money
    costs: Money
    wanted: tuple[Wanted, ...]
    pays: Money
    gets: Money
    arithmetic: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """How the difference went: what the till took with (kind, number of its receipt), or the way of what is left over.

    `paid_out` is empty for what goes back as it was paid.
    """

    kind: str = ""
    receipt: str = ""
    paid_out: str = ""


@transaction.atomic
def terms(order: Order, *, handed: Sequence[Handed], wanted: Sequence[Wanted], now: datetime) -> Terms:
    """What it comes to, for the customer to agree. Raises what opening an exchange raises."""
    if at_store.sold_by_channel(order):
        raise ExchangeRefused(
            f"{order.channel} has the money and gives it back: take the goods back, and sell the new ones at the till"
        )
    if any(payment.settled_by == SettledBy.TERMS for payment in order.payments.all()):
        raise ExchangeRefused("this was sold on invoice, which may not be paid yet: ask the service desk")
    if any(each.suspect for each in handed):
        raise ExchangeRefused("nothing is given for goods that somebody looks into first: take them back without")
    _, worth = opening.worth_of(order, _asked(handed), now=now)
    if approval.would_be_needed(order, total_minor=worth.total_minor, now=now):
        raise ExchangeRefused("a second person has to agree to this: ask the service desk to open the exchange")
    priced = exchanges.priced_in(wanted, currency=(currency := _sells(order).currency))
    total = sum(each.quantity * (each.unit_price_minor or 0) for each in priced)
    owed, costs = Money(minor=worth.total_minor, currency=order.currency), Money(minor=total, currency=currency)
    taken, credit = exchanges.share(owed, costs=costs)
    return Terms(owed, costs, tuple(priced), costs - credit, owed - taken, tuple(worth.arithmetic))


@transaction.atomic
def swap(
    *,
    key: str,
    order: Order,
    node: str,
    handed: Sequence[Handed],
    wanted: Sequence[Wanted],
    staff: str,
    shown: tuple[str, str],
    settled: Settled,
    now: datetime,
) -> Return:
    """Exchange at the counter, once for a key; `shown` is what the customer was told to pay, and to get, as text.

    Raises what `terms` raises, and ExchangeDiffers.
    """
    orders.locked(order.number)
    if standing := queries.by_key(key):
        return standing
    told = terms(order, handed=handed, wanted=wanted, now=now)
    if (str(told.pays), str(told.gets)) != shown:
        now_is = f"the customer pays {told.pays}" if told.pays.minor else f"the customer gets {told.gets}"
        raise ExchangeDiffers(f"it comes to another sum by now: {now_is}")
    if told.pays.minor and not (settled.kind and settled.receipt):
        raise ExchangeRefused(f"say what the till took the {told.pays} with, and the number of its receipt")
    on_top = Difference(settled.kind, settled.receipt, taken=True) if told.pays.minor else None
    parent = exchanges.open_exchange(
        number=order.number, key=key, lines=_asked(handed), wanted=told.wanted, channel=_sells(order).code, node=node,
        difference=on_top, paid_out=settled.paid_out if told.gets.minor else "", handed_over=True, requested_by=staff,
        reason="exchanged at the counter", expected=told.brings, now=now,
    )  # fmt: skip
    at_store.take_in(parent, [_seen(each) for each in handed], staff=staff, now=now)
    parent.refresh_from_db()
    return parent


def _asked(handed: Sequence[Handed]) -> list[Asked]:
    return [Asked(each.line_id, each.units, each.condition, each.serial) for each in handed]


def _seen(each: Handed) -> Handed:
    """The customer leaves with the new goods, so what came back is not left to be judged and paid for later."""
    return replace(each, disposition=each.disposition or disposition_of(each.condition))


def disposition_of(condition: str) -> Disposition:
    """What becomes of goods that were exchanged, where nobody said."""
    return Disposition.RESTOCK if condition in LIKE_NEW else Disposition.QUARANTINE


def _sells(order: Order) -> Channel:
    """Whose prices count: the order's channel, or one of our own where that is not ours, abroad, or for business."""
    sold_by = catalog.channel(order.channel)
    if not sold_by.commerce and sold_by.taxes_included and sold_by.currency == settings.FUNCTIONAL_CURRENCY:
        return sold_by
    own = catalog.own_channel(currency=settings.FUNCTIONAL_CURRENCY)
    if own is None:
        raise ExchangeRefused("no channel of our own sells here; add one under Catalog, Channels")
    return own
