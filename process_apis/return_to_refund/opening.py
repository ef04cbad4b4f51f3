"""Open a return: the money it comes to and the units it claims, in one commit."""

from collections.abc import Collection, Sequence
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.orders.models import Order
from process_apis.return_to_refund import broken_bundles, opening_checks, promotions
from process_apis.return_to_refund import sold as books
from process_apis.return_to_refund.decisions import amounts
from process_apis.return_to_refund.decisions.allowed import Asked, Sold
from process_apis.return_to_refund.decisions.amounts import Worth
from process_apis.returns import identities, queries, requested
from process_apis.returns.models import LABEL_WANTED, Return, ReturnKind

WANTED = LABEL_WANTED
WITHOUT_GOODS = (ReturnKind.GOODWILL, ReturnKind.CHANNEL_REFUND, ReturnKind.ADVANCE)


@transaction.atomic
def open_return(
    *,
    number: str,
    key: str,
    now: datetime,
    lines: Sequence[Asked] = (),
    channel: str = "",
    channels: Collection[str] = (),
    requested_by: str = "",
    kind: ReturnKind = ReturnKind.RETURN,
    reason: str = "",
    note: str = "",
    node: str = "",
    expected: Money | None = None,
    goodwill_minor: int = 0,
    goodwill_currency: str = "",
    waive_policy: bool = False,
    label_wanted: bool = False,
    settled_as: str = "",
) -> Return:
    """Open a return of an order and claim its units. The same key again finds the first.

    `channels` are those the caller may see, none named means all; `expected` is what the customer was shown;
    `waive_policy` leaves out window and condition, for a desk that may; `settled_as` is a way that all of the refund
    goes, whatever was paid with. Raises NoSuchOrder, ReturnRefused,
    NothingLeftToReturn, OtherCurrency and RefundDiffers.
    """
    if standing := queries.by_key(key):
        return standing
    orders.visible(number, channels=channels)
    order = orders.locked(number)
    if standing := queries.by_key(key):  # its twin was faster
        return standing
    opening_checks.same_currency(order, expected.currency if expected else "", pointer="/expected_refund/currency")
    opening_checks.same_currency(order, goodwill_currency, pointer="/goodwill/currency")
    opening_checks.known_node(node)
    sold, worth = worth_of(order, lines, waive=waive_policy, now=now)
    goodwill_net, goodwill_tax = _without_tax(goodwill_minor, sold)
    total = worth.total_minor + goodwill_minor
    opening_checks.as_expected(total, order, expected)
    opening_checks.not_beyond(goodwill_minor, order)
    if kind != ReturnKind.GOODWILL:
        returning.take_back(order, opening_checks.units_by_line(lines))
    given = requested.Opened(
        key=key,
        kind=kind,
        channel=channel or order.channel,
        currency=order.currency,
        order_number=order.number,
        node=node or _node(order),
        reason=reason,
        note=note,
        customer_reference=order.customer_reference,
        customer_hash=identities.customer(reference=order.customer_reference, email=order.customer_email),
        requested_by=requested_by,
        lines=_given(order, lines, worth),
        total_minor=total,
        label=WANTED if label_wanted else "",
        settled_as=settled_as,
        money={
            "shipping_minor": worth.shipping_minor,
            "shipping_tax_minor": worth.shipping_tax_minor,
            "clawback_minor": worth.clawback_minor,
            "goodwill_minor": goodwill_net,
            "goodwill_tax_minor": goodwill_tax,
        },
        arithmetic=[*worth.arithmetic, *([("goodwill", goodwill_minor)] if goodwill_minor else [])],
        expires_at=timezone.make_aware(datetime.combine(books.expires_on(timezone.localdate(now)), time(23, 59))),
    )
    return requested.open_return(given, now=now)[0]


def worth_of(
    order: Order, lines: Sequence[Asked], *, now: datetime, waive: bool = False
) -> tuple[dict[str, Sold], Worth]:
    """The lines of an order as they were sold, and what a return of these would come to. Raises ReturnRefused."""
    sold, policy = books.sold(order), books.policy(order.channel)
    opening_checks.policy_allows(order, lines, sold=sold, waive=waive, today=timezone.localdate(now))
    staying, against = broken_bundles.kept(order, lines)
    opening_checks.refuse(against)
    if not lines:
        return sold, Worth((), 0, 0, 0, ())
    net, tax = books.shipping_left(order)
    worth = amounts.worth(
        lines, sold=sold, policy=policy, shipping_minor=net, shipping_tax_minor=tax,
        kept_terms=(*staying, *promotions.lost(order, lines, sold=sold)), services=books.services_of_all(order),
    )  # fmt: skip
    return sold, amounts.capped(worth, most_minor=books.not_credited(order))


def _given(order: Order, lines: Sequence[Asked], worth: Worth) -> list[requested.LineGiven]:
    """One row for each line, also where somebody names a line twice."""
    rows = {line.line_id: line for line in order.lines.all()}
    asked = {ask.line_id: ask for ask in lines}
    parts = catalog.products({ask.part for ask in lines if ask.part})
    found: dict[str, requested.LineGiven] = {}
    for each in worth.lines:
        row, ask, before = rows[each.line_id], asked[each.line_id], found.get(each.line_id)
        found[each.line_id] = requested.LineGiven(
            line_id=each.line_id,
            sku=ask.part or row.sku,
            units=each.units + (before.units if before else 0),
            condition=ask.condition,
            serial=ask.serial,
            net_minor=each.net_minor + (before.net_minor if before else 0),
            tax_minor=each.tax_minor + (before.tax_minor if before else 0),
            fee_minor=each.fee_minor + (before.fee_minor if before else 0),
            unit_cost_minor=parts[ask.part].cost_minor if ask.part else row.unit_cost_minor,
            cost_currency=row.cost_currency or settings.FUNCTIONAL_CURRENCY,
        )
    return list(found.values())


def _without_tax(minor: int, sold: dict[str, Sold]) -> tuple[int, int]:
    """A goodwill as if it were a discount on all that was bought: what of it is net, and what is tax."""
    net = sum(line.net_minor for line in sold.values())
    tax = sum(line.tax_minor for line in sold.values())
    part = minor * tax // (net + tax) if net + tax else 0
    return minor - part, part


def _node(order: Order) -> str:
    first = order.parcels.first()
    return first.node if first else ""
