"""What stands against a return that is asked for, told with the field it is about."""

from collections.abc import Sequence
from datetime import date

from canonical.money import Money
from process_apis.catalog import queries as catalog
from process_apis.orders import returning
from process_apis.orders.models import Order
from process_apis.return_to_refund import sold as books
from process_apis.return_to_refund.decisions import allowed
from process_apis.return_to_refund.decisions.allowed import Asked, Refusal, Sold
from retail_platform.kernel.problem import DomainError, Unprocessable


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


def policy_allows(order: Order, lines: Sequence[Asked], *, sold: dict[str, Sold], waive: bool, today: date) -> None:
    """The policy's rules, all at once. Raises ReturnRefused, NothingLeftToReturn if others were faster."""
    found = allowed.refusals(lines, sold=sold, policy=books.policy(order.channel), today=today)
    if waive:
        found = [refusal for refusal in found if refusal.rule not in ("window", "condition", "final-sale")]
    if found and all(refusal.rule == "more-than-bought" for refusal in found) and _was_there(lines, sold):
        returning.take_back(order, units_by_line(lines))  # says what is left of each line: somebody was faster
    refuse(found)


def refuse(found: Sequence[Refusal]) -> None:
    """Raises ReturnRefused with a word on each line, if anything was found."""
    if found:
        raise ReturnRefused("; ".join(refusal.why for refusal in found)[:500], errors=[_error(r) for r in found])


def _was_there(lines: Sequence[Asked], sold: dict[str, Sold]) -> bool:
    return all(units <= sold[line_id].shipped for line_id, units in units_by_line(lines).items())


def _error(refusal: Refusal) -> dict[str, str]:
    return {"pointer": f"/lines/{refusal.place}", "detail": f"{refusal.rule}: {refusal.why}"}


def same_currency(order: Order, currency: str, *, pointer: str) -> None:
    """An amount somebody named is in the currency the order was paid in. Raises OtherCurrency."""
    if currency and currency != order.currency:
        raise OtherCurrency(
            f"order {order.number} was paid in {order.currency}, so that is what is given back",
            errors=[{"pointer": pointer, "detail": f"give it in {order.currency}"}],
        )


def known_node(node: str) -> None:
    """Goods can come back to this node, if one is named. Raises ReturnRefused."""
    if node and node not in catalog.nodes():
        raise ReturnRefused(
            f"there is no node {node!r} that goods could come back to",
            errors=[{"pointer": "/node", "detail": "send the code of one of our nodes, or leave it out"}],
        )


def not_beyond(goodwill_minor: int, order: Order) -> None:
    """A goodwill is no more than is left of what was paid. Raises MoreThanPaid."""
    paid = sum(tender.left_minor for tender in books.paid(order))
    left = Money(minor=max(0, min(paid, books.not_credited(order))), currency=order.currency)
    if goodwill_minor > left.minor:
        raise MoreThanPaid(
            f"{left} of order {order.number} was paid and not given back",
            errors=[{"pointer": "/goodwill/amount", "detail": f"{left.text} at most"}],
        )


def as_expected(total: int, order: Order, expected: Money | None) -> None:
    """The return comes to what the customer was shown, if anything was. Raises RefundDiffers."""
    if expected and expected.minor != total:
        comes_to = Money(minor=total, currency=order.currency)
        raise RefundDiffers(
            f"this return comes to {comes_to}",
            errors=[{"pointer": "/expected_refund/amount", "detail": f"it is {comes_to.text} now"}],
        )


def units_by_line(lines: Sequence[Asked]) -> dict[str, int]:
    """How many units of each line are asked for, also where one is named twice."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.line_id] = units.get(line.line_id, 0) + line.units
    return units
