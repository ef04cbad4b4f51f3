"""Open a return, and turn one away: the checks, the money it comes to, and the units it claims, in one commit."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.orders.models import Order
from process_apis.return_to_refund import broken_bundles
from process_apis.return_to_refund import sold as books
from process_apis.return_to_refund.decisions import allowed, amounts
from process_apis.return_to_refund.decisions.allowed import Asked, Refusal, Sold
from process_apis.return_to_refund.decisions.amounts import Worth
from process_apis.returns import identities, queries, services
from process_apis.returns.models import LABEL_WANTED, Return, ReturnKind
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError, Unprocessable

WANTED = LABEL_WANTED
WITHOUT_GOODS = (ReturnKind.GOODWILL, ReturnKind.CHANNEL_REFUND, ReturnKind.ADVANCE)


class ReturnRefused(Unprocessable):
    """A rule stands against the return; `errors` says which, line by line. Leave these lines out, or ask the desk."""

    kind, title = "return-refused", "This cannot be returned"


class OtherCurrency(Unprocessable):
    """The order was paid in another currency than you expect to be refunded in. A refund is in that of the order."""

    kind, title = "return-other-currency", "The order was paid in another currency"


class MoreThanPaid(Unprocessable):
    """A goodwill comes to more than the customer has paid and not got back. Give as much as is left at most."""

    kind, title = "more-than-paid", "More than was paid cannot be given back"


class RefundDiffers(DomainError):
    """The return comes to another amount than you expect. Show the customer the new one, and ask again."""

    status, kind, title = 409, "refund-differs", "The refund comes to another amount"


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
    clawback_minor: int = 0,
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
    _same_currency(order, expected.currency if expected else "", pointer="/expected_refund/currency")
    _same_currency(order, goodwill_currency, pointer="/goodwill/currency")
    _known(node)
    sold, worth = worth_of(order, lines, waive=waive_policy, clawback_minor=clawback_minor, now=now)
    goodwill_net, goodwill_tax = _without_tax(goodwill_minor, sold)
    total = worth.total_minor + goodwill_minor
    _as_expected(total, order, expected)
    _not_beyond(goodwill_minor, order)
    if kind != ReturnKind.GOODWILL:
        returning.take_back(order, _units(lines))
    given = services.Opened(
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
    return services.open_return(given, now=now)[0]


def worth_of(
    order: Order, lines: Sequence[Asked], *, now: datetime, waive: bool = False, clawback_minor: int = 0
) -> tuple[dict[str, Sold], Worth]:
    """The lines of an order as they were sold, and what a return of these would come to. Raises ReturnRefused."""
    sold, policy = books.sold(order), books.policy(order.channel)
    _check(order, lines, sold=sold, waive=waive, today=timezone.localdate(now))
    staying, against = broken_bundles.kept(order, lines)
    _refuse(against)
    if not lines:
        return sold, Worth((), 0, 0, 0, ())
    net, tax = books.shipping_left(order)
    worth = amounts.worth(
        lines, sold=sold, policy=policy, shipping_minor=net, shipping_tax_minor=tax, clawback_minor=clawback_minor,
        kept_terms=staying, services=books.services_of_all(order),
    )  # fmt: skip
    return sold, amounts.capped(worth, most_minor=books.not_credited(order))


@transaction.atomic
def turn_away(parent: Return, *, by: str, why: str, now: datetime) -> None:
    """It may not come back, or what came is not what was sold: its units can be asked for again. Raises WrongState."""
    if not services.reject(parent, by=by, why=why, now=now):
        raise services.WrongState(
            f"return {parent.number} is {parent.get_state_display()}; only one without a credit memo can be rejected"
        )
    _let_keep(parent)


@transaction.atomic
def expire(parent: Return, *, now: datetime) -> bool:
    """The goods never came. False if they did, or it is over."""
    if not services.expire(parent, now=now):
        return False
    _let_keep(parent)
    return True


def sweep() -> int:
    """Let expire what should have come back by now; called on every round of the sweeper."""
    now = clock.now()
    due = queries.due_to_expire(timezone.localdate(now))
    return sum(expire(queries.one(number), now=now) for number in due)


def _let_keep(parent: Return) -> None:
    if parent.order_number and parent.kind != ReturnKind.GOODWILL:
        units = {line.line_id: line.units for line in parent.lines.all()}
        returning.let_keep(orders.locked(parent.order_number), units)


def _check(order: Order, lines: Sequence[Asked], *, sold: dict[str, Sold], waive: bool, today: date) -> None:
    found = allowed.refusals(lines, sold=sold, policy=books.policy(order.channel), today=today)
    if waive:
        found = [refusal for refusal in found if refusal.rule not in ("window", "condition", "final-sale")]
    if found and all(refusal.rule == "more-than-bought" for refusal in found) and _was_there(lines, sold):
        returning.take_back(order, _units(lines))  # says what is left of each line: somebody was faster
    _refuse(found)


def _refuse(found: Sequence[Refusal]) -> None:
    if found:
        raise ReturnRefused("; ".join(refusal.why for refusal in found)[:500], errors=[_error(r) for r in found])


def _was_there(lines: Sequence[Asked], sold: dict[str, Sold]) -> bool:
    return all(units <= sold[line_id].shipped for line_id, units in _units(lines).items())


def _error(refusal: Refusal) -> dict[str, str]:
    return {"pointer": f"/lines/{refusal.place}", "detail": f"{refusal.rule}: {refusal.why}"}


def _same_currency(order: Order, currency: str, *, pointer: str) -> None:
    if currency and currency != order.currency:
        raise OtherCurrency(
            f"order {order.number} was paid in {order.currency}, so that is what is given back",
            errors=[{"pointer": pointer, "detail": f"give it in {order.currency}"}],
        )


def _known(node: str) -> None:
    if node and node not in catalog.nodes():
        raise ReturnRefused(
            f"there is no node {node!r} that goods could come back to",
            errors=[{"pointer": "/node", "detail": "send the code of one of our nodes, or leave it out"}],
        )


def _not_beyond(goodwill_minor: int, order: Order) -> None:
    paid = sum(tender.left_minor for tender in books.paid(order))
    left = Money(minor=max(0, min(paid, books.not_credited(order))), currency=order.currency)
    if goodwill_minor > left.minor:
        raise MoreThanPaid(
            f"{left} of order {order.number} was paid and not given back",
            errors=[{"pointer": "/goodwill/amount", "detail": f"{left.text} at most"}],
        )


def _as_expected(total: int, order: Order, expected: Money | None) -> None:
    if expected and expected.minor != total:
        comes_to = Money(minor=total, currency=order.currency)
        raise RefundDiffers(
            f"this return comes to {comes_to}",
            errors=[{"pointer": "/expected_refund/amount", "detail": f"it is {comes_to.text} now"}],
        )


def _units(lines: Sequence[Asked]) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in lines:
        units[line.line_id] = units.get(line.line_id, 0) + line.units
    return units


def _given(order: Order, lines: Sequence[Asked], worth: Worth) -> list[services.LineGiven]:
    """One row for each line, also where somebody names a line twice."""
    rows = {line.line_id: line for line in order.lines.all()}
    asked = {ask.line_id: ask for ask in lines}
    parts = catalog.products({ask.part for ask in lines if ask.part})
    found: dict[str, services.LineGiven] = {}
    for each in worth.lines:
        row, ask, before = rows[each.line_id], asked[each.line_id], found.get(each.line_id)
        found[each.line_id] = services.LineGiven(
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
