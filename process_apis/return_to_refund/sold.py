"""What an order line was sold for and what finance allows, read from the books for the decisions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone

from canonical.order import LineKind
from process_apis.catalog import queries as catalog
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order, OrderLine, ParcelLine, ParcelTender, Payment
from process_apis.return_to_refund.decisions.allowed import Policy, Sold
from process_apis.return_to_refund.decisions.tenders import Paid, takings
from process_apis.returns import queries as returns
from process_apis.returns.models import ReturnPolicy
from process_apis.stored_value.models import ValueKind

_SERVICES = [kind.value for kind in LineKind if kind.is_service]
_RESTORES: Mapping[str, str] = {
    SettledBy.PROVIDER: "original",
    SettledBy.CHANNEL: "channel",
    SettledBy.CARRIER: "none",
    SettledBy.TERMS: "claim",
    SettledBy.TILL: "none",
}
_OF_VALUE: Mapping[str, str] = {ValueKind.GIFT_CARD: "gift_card", ValueKind.STORE_CREDIT: "store_credit"}


def sold(order: Order) -> dict[str, Sold]:
    """The lines of an order as they were sold, by line_id."""
    billed = {
        row["line_id"]: row
        for row in ParcelLine.objects.filter(parcel__order=order)
        .values("line_id")
        .annotate(
            net=Sum("net_minor"),
            discount=Sum("discount_minor"),
            tax=Sum("tax_minor"),
            last=Max("parcel__dispatched_at"),
        )
        .order_by()
    }
    back = returns.credited(order.number)
    rules = returns.policies(order.channel)
    found = {}
    lines = list(order.lines.all())
    services = {line.line_id: _service_money(line, lines, billed) for line in lines if not line.is_service}
    for line in lines:
        row = billed.get(line.id)
        rule = _rule(rules, line.tax_code)
        net_back, tax_back = back.get(line.line_id, (0, 0))
        found[line.line_id] = Sold(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            shipped=line.shipped,
            returned=line.returned,
            net_minor=row["net"] - row["discount"] if row else 0,
            tax_minor=row["tax"] if row else 0,
            delivered_on=timezone.localdate(row["last"]) if row else None,
            returnable=not (rule and rule.final_sale) and not line.is_service,
            cancelled=line.cancelled,
            back_net_minor=net_back,
            back_tax_minor=tax_back,
            window_days=rule.window_days if rule else None,
            service_net_minor=services.get(line.line_id, (0, 0))[0],
            service_tax_minor=services.get(line.line_id, (0, 0))[1],
            is_service=line.is_service,
        )
    return found


def services_of_all(order: Order) -> tuple[int, int]:
    """What was billed for gift wrap and fees that are for no line in particular: without tax, and its tax."""
    found = ParcelLine.objects.filter(parcel__order=order, line__kind__in=_SERVICES, line__belongs_to="").aggregate(
        net=Sum("net_minor"), discount=Sum("discount_minor"), tax=Sum("tax_minor")
    )
    return int(found["net"] or 0) - int(found["discount"] or 0), int(found["tax"] or 0)


def _service_money(line: OrderLine, lines: Sequence[OrderLine], billed: Mapping[Any, Any]) -> tuple[int, int]:
    """What was billed for services of a line: they come back with the last of the lines it was sent as."""
    sent = [each.line_id for each in lines if each.sold_as == line.sold_as and each.shipped]
    if not sent or line.line_id != sent[-1]:
        return 0, 0
    rows = [billed[each.id] for each in lines if each.belongs_to == line.sold_as and each.id in billed]
    return sum(row["net"] - row["discount"] for row in rows), sum(row["tax"] for row in rows)


def policy(channel: str) -> Policy:
    """What finance allows for a channel."""
    rule = _rule(returns.policies(channel), "")
    if rule is None:
        return Policy()
    return Policy(
        window_days=rule.window_days,
        fee_percent=rule.fee_percent,
        shipping=rule.shipping,
        approval_above_minor=rule.approval_above_minor,
        elsewhere_above_minor=rule.elsewhere_above_minor,
        often=rule.often,
    )


def expires_on(today: date) -> date:
    """By when goods that were announced should be here."""
    return today + timedelta(days=60)


def shipping_left(order: Order) -> tuple[int, int]:
    """What was billed for shipping and not given back: without tax, and its tax."""
    sums = order.parcels.aggregate(net=Sum("shipping_minor"), tax=Sum("shipping_tax_minor"))
    net, tax = returns.shipping_given(order.number)
    return int(sums["net"] or 0) - net, int(sums["tax"] or 0) - tax


def not_credited(order: Order) -> int:
    """What of all that was billed for an order no return has given back, or is to."""
    billed = order.parcels.aggregate(sum=Sum("total_minor"))["sum"] or 0
    return int(billed) - returns.given(order.number)


def paid(order: Order) -> list[Paid]:
    """What may go back to each tender, one row for each taking, in the order of giving back.

    Those drawn last come first; gift cards and store credit come before or after all others, as the policy says.
    """
    found = []
    rule = _rule(returns.policies(order.channel), "")
    first = rule is not None and rule.stored_value == "first"
    drawn_last = reversed(list(order.payments.all()))
    for payment in sorted(drawn_last, key=lambda each: (each.settled_by == SettledBy.STORED_VALUE) != first):
        restores = _restores(payment)
        if restores == "claim":
            found.append(Paid(payment.position, payment.kind, _still_owed(payment), restores))
            continue
        gone = payment.refunded_minor + payment.refunding_minor + payment.disputed_minor
        taken = (
            payment.movements.filter(kind="capture").order_by("id").values_list("provider_reference", "amount_minor")
        )
        found += [
            Paid(payment.position, payment.kind, minor, restores, reference)
            for reference, minor in takings(list(taken), given_minor=gone)
        ]
    return found


def bundle_parts(skus: Sequence[str]) -> dict[str, dict[str, int]]:
    """What of these skus is a bundle, and of what."""
    return catalog.bundles(skus)


def _restores(payment: Payment) -> str:
    if payment.settled_by == SettledBy.STORED_VALUE:
        return _OF_VALUE.get(payment.kind, "original")
    return _RESTORES[payment.settled_by]


def _still_owed(payment: Payment) -> int:
    """What the customer was billed and is to pay later, less what was taken off that before."""
    billed = ParcelTender.objects.filter(payment=payment).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return int(billed) - returns.taken_off_claim(payment.order.number, payment.position)


def _rule(rules: Sequence[ReturnPolicy], tax_code: str) -> ReturnPolicy | None:
    return next((rule for rule in rules if rule.tax_code in ("", tax_code)), None)
