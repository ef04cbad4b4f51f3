"""Fewer goods came than were announced, or some are not what was sold: the return is worth what was accepted."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from process_apis.orders import queries as orders
from process_apis.orders import returning
from process_apis.return_to_refund import promotions, sold, turning_away
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.decisions.amounts import share
from process_apis.returns import services
from process_apis.returns.models import Return, ReturnLine


@transaction.atomic
def settle_for(parent: Return, accepted: Mapping[str, int], *, now: datetime) -> None:
    """Lower a return to the units accepted of each line; with none at all it is turned away. Twice is once."""
    lines = list(parent.lines.all())
    lacking = {line.line_id: line.units - min(line.units, accepted.get(line.line_id, 0)) for line in lines}
    if not any(lacking.values()):
        return
    if all(lacking[line.line_id] == line.units for line in lines):
        turning_away.turn_away(parent, by="inspection", why="none of it is what was sold", now=now)
        return
    lost = 0
    for line in lines:
        if lacking[line.line_id]:
            lost += _lower(line, line.units - lacking[line.line_id])
    shipping: dict[str, int] = {}
    if sold.policy(parent.channel).shipping == "whole":  # it goes back with the last unit only
        lost += parent.shipping_minor + parent.shipping_tax_minor
        shipping = {"shipping_minor": 0, "shipping_tax_minor": 0}
    unearned = _unearned(parent, lacking)
    spared = max(0, lost + unearned - parent.total_minor)  # no more is kept than there is to pay back
    terms = [["not accepted", -lost], ["promotions, by what stays in the end", -unearned], ["kept no more", spared]]
    arithmetic = [*parent.arithmetic, *(term for term in terms if term[1])]
    Return.objects.filter(id=parent.id).update(
        total_minor=parent.total_minor - lost - unearned + spared,
        clawback_minor=parent.clawback_minor + unearned - spared,
        arithmetic=arithmetic,
        **shipping,
    )
    parent.refresh_from_db()
    if parent.order_number:
        returning.let_keep(orders.locked(parent.order_number), lacking)
    services.note(parent, "return.lowered", not_accepted=lacking, minor=lost)


def _unearned(parent: Return, lacking: Mapping[str, int]) -> int:
    """What more of its promotions an order does not earn by what it keeps; below zero it earns more than was agreed."""
    if not parent.order_number:
        return 0
    order = orders.locked(parent.order_number)
    stay = [Asked(line_id, -units) for line_id, units in lacking.items() if units]
    more = -sum(minor for _, minor in promotions.lost(order, stay, sold=sold.sold(order)))
    return max(more, -max(0, parent.clawback_minor))


def _lower(line: ReturnLine, units: int) -> int:
    """Set a line to fewer units; returns how much less they are worth. None of them: the line stays with no money."""
    net, tax, fee = (share(minor, of=line.units, before=0, now=units) for minor in (
        line.net_minor, line.tax_minor, line.fee_minor))  # fmt: skip
    lost = (line.net_minor - net) + (line.tax_minor - tax) - (line.fee_minor - fee)
    if units:
        ReturnLine.objects.filter(id=line.id).update(units=units, net_minor=net, tax_minor=tax, fee_minor=fee)
    else:
        ReturnLine.objects.filter(id=line.id).delete()
    return lost
