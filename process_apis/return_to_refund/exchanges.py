"""Agree on an exchange: goods come back, and others go for them, at another store or in another currency if need be.

Note [Exchange]: the return is credited like any other, and of what we owe as much as the new goods cost becomes store
credit of this exchange alone; the new order is paid with it, and with another tender where it costs more. What is left
over goes back as it was paid. So what is owed is carried on (RFL, SC, DEP) in the words of both journeys, and if the
new goods cannot be had the customer still has the credit.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from django.db import transaction

from canonical.money import Money
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import queries as catalog
from process_apis.catalog import tenders as rates
from process_apis.catalog.models import Channel
from process_apis.ledger import services as ledger
from process_apis.orders import queries as orders
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.models import Exchange
from process_apis.returns import queries
from process_apis.returns.models import Return, ReturnKind
from retail_platform.kernel.problem import Unprocessable


class ExchangeRefused(Unprocessable):
    """The new goods cannot be had like this; `errors` says which line and why, or what is still to be paid."""

    kind, title = "exchange-refused", "This exchange cannot be made"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units to be had instead. Without a price they cost what the channel asks for them."""

    sku: str
    quantity: int
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What the customer pays with on top: a payment token, or the reference of what was taken already."""

    kind: str
    reference: str
    taken: bool = False


@transaction.atomic
def open_exchange(
    *,
    number: str,
    key: str,
    lines: Sequence[Asked],
    wanted: Sequence[Wanted],
    now: datetime,
    channel: str = "",
    channels: Collection[str] = (),
    node: str = "",
    difference: Difference | None = None,
    paid_out: str = "",
    handed_over: bool = False,
    requested_by: str = "",
    reason: str = "",
    note: str = "",
    waive_policy: bool = False,
    expected: Money | None = None,
) -> Return:
    """Open the return and keep what is wanted for it; the same key again finds the first.

    `expected` is what the customer was told that the return brings. Raises what opening a return raises, and
    ExchangeRefused.
    """
    if standing := queries.by_key(key):
        return standing
    parent = opening.open_return(
        number=number, key=key, lines=lines, channels=channels, kind=ReturnKind.EXCHANGE, requested_by=requested_by,
        reason=reason, note=note, node=node, waive_policy=waive_policy, expected=expected, now=now,
    )  # fmt: skip
    place = catalog.channel(channel or orders.order(number).channel)
    _ours(place)
    _hands_over(node)
    priced = priced_in(wanted, currency=place.currency)
    total = sum(each.quantity * (each.unit_price_minor or 0) for each in priced)
    credit = worth(parent, in_currency=place.currency)
    if total > credit.minor and difference is None:
        lacking = Money(minor=total - credit.minor, currency=credit.currency)
        raise ExchangeRefused(
            f"the new goods cost {lacking} more than the return brings; say how that is paid",
            errors=[{"pointer": "/payment", "detail": f"{lacking} are still to be paid"}],
        )
    Exchange.objects.create(
        parent=parent, channel=place.code, currency=place.currency, node=node, total_minor=total,
        lines=[
            {"sku": each.sku, "quantity": each.quantity, "unit_price_minor": each.unit_price_minor} for each in priced
        ],
        agreed_minor=parent.total_minor, paid_out=paid_out, handed_over=handed_over,
        difference={"kind": difference.kind, "reference": difference.reference, "taken": difference.taken}
        if difference and total > credit.minor else {},
    )  # fmt: skip
    return parent


def of(parent: Return) -> Exchange | None:
    """What is to be had for a return; None where it is no exchange, or one that came to nothing."""
    return Exchange.objects.filter(parent=parent, called_off="").first()


def call_off(exchange: Exchange, *, why: str) -> None:
    """It comes to nothing: what came back is refunded as any other return is, and somebody tells the customer."""
    parent = exchange.parent
    Exchange.objects.filter(id=exchange.id, order_number="").update(called_off=why[:200])
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"exchange:{parent.number}",
        subject=parent.number,
        title=f"the exchange of return {parent.number} came to nothing: {why}",
        detail=f"Wanted were {exchange.lines}. Handed over already: {'yes' if exchange.handed_over else 'no'}.",
        proposal="Tell the customer, who gets the money back; place an order anew for the goods still wanted.",
    )


def not_to_be_had(exchange: Exchange) -> None:
    """The order of the new goods was taken back. What it was paid with is store credit again."""
    parent = exchange.parent
    credit = Money(minor=exchange.credit_minor, currency=exchange.currency)
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"exchange:{parent.number}",
        subject=parent.number,
        title=f"the goods of exchange {parent.number} cannot be had: order {exchange.order_number} was cancelled",
        detail=f"{credit} are store credit of the customer again, account EX{parent.number}{exchange.currency}.",
        proposal="The customer has them: count the store's stock, and place the order again with that credit."
        if exchange.handed_over
        else "Offer other goods, or pay the credit out.",
    )


def worth(parent: Return, *, in_currency: str) -> Money:
    """What a return brings towards goods of a currency, at today's rate. Raises UnknownRate."""
    return towards(Money(minor=parent.total_minor, currency=parent.currency), in_currency=in_currency)


def towards(owed: Money, *, in_currency: str) -> Money:
    """What is owed in one currency, in that of the new goods, at today's rate. Raises UnknownRate."""
    rate = rates.rate(base=owed.currency, quote=in_currency, on=ledger.business_day())
    return owed if owed.currency == in_currency else owed.converted(in_currency, rate=rate.rate)


def carried(exchange: Exchange) -> tuple[Money, Money]:
    """How much of what is owed goes into the new goods, now: in the return's currency, and in that of the new order."""
    parent = exchange.parent
    owed = Money(minor=parent.total_minor, currency=parent.currency)
    return share(owed, costs=Money(minor=exchange.total_minor, currency=exchange.currency))


def share(owed: Money, *, costs: Money) -> tuple[Money, Money]:
    """What of a sum goes into goods that cost so much, in both currencies.

    What is left over loses the fraction of its smallest unit, not the new goods.
    """
    brings = towards(owed, in_currency=costs.currency)
    if brings.minor <= costs.minor:
        return owed, brings
    if owed.currency == costs.currency:
        return costs, costs
    part = ceil(Fraction(owed.minor * costs.minor, brings.minor))
    return Money(minor=part, currency=owed.currency), costs


def _ours(place: Channel) -> None:
    if place.commerce:
        raise ExchangeRefused(
            f"{place.code} sells for itself: goods it did not sell are none of its orders",
            errors=[{"pointer": "/channel", "detail": "name a channel of our own that sells the new goods"}],
        )


def _hands_over(node: str) -> None:
    if node and not ((store := catalog.nodes().get(node)) and store.offers_pickup):
        raise ExchangeRefused(
            f"{node} hands nothing over at a counter",
            errors=[{"pointer": "/node", "detail": "name a store that does, or leave it out: then the goods are sent"}],
        )


def priced_in(wanted: Sequence[Wanted], *, currency: str) -> list[Wanted]:
    """The same with what each costs. Raises ExchangeRefused."""
    known = catalog.products({each.sku for each in wanted})
    errors = [] if wanted else [{"pointer": "/wanted", "detail": "name what is to be had instead"}]
    priced = []
    for place, each in enumerate(wanted):
        product = known.get(each.sku)
        if product is None:
            errors.append({"pointer": f"/wanted/{place}/sku", "detail": f"there is no product {each.sku!r}"})
        elif each.unit_price_minor is None and product.currency != currency:
            told = f"it is priced in {product.currency}, and the channel sells in {currency}"
            errors.append({"pointer": f"/wanted/{place}/sku", "detail": told})
        elif each.quantity < 1:
            errors.append({"pointer": f"/wanted/{place}/quantity", "detail": "one unit at least"})
        else:
            price = product.price_minor if each.unit_price_minor is None else each.unit_price_minor
            priced.append(Wanted(each.sku, each.quantity, price))
    if errors:
        raise ExchangeRefused("; ".join(each["detail"] for each in errors)[:500], errors=errors)
    return priced
