"""No credit before its sale: wait until what left is booked, and ask a person when that takes too long."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Sum

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, Outcome, StepContext, Wait
from process_apis.orders.models import Parcel, ParcelLine, ParcelState
from process_apis.return_to_refund.story import going_on
from process_apis.returns import queries, services
from process_apis.returns.models import HeldFor, Return

_BOOKED = (ParcelState.BOOKED, ParcelState.SETTLED)


def await_sale(ctx: StepContext) -> Outcome:
    parent = going_on(ctx)
    if parent is None or not parent.order_number:
        return Done(sale="none")
    missing = _missing(parent)
    if not missing:
        return Done(sale="booked", then=[lambda: services.release_hold(parent, reason=HeldFor.NO_SALE)])
    if not services.hold(parent, reason=HeldFor.NO_SALE, waits_for=", ".join(missing)):
        _escalate(parent, missing)
    return Wait("return.sale_booked", until=ctx.now + timedelta(seconds=settings.RETURN_SALE_SLA_S))


def _missing(parent: Return) -> list[str]:
    """The invoices that are not booked yet, as long as fewer units are booked than this and other returns credit.

    Goods that were given away have no sale to wait for.
    """
    if not parent.total_minor:
        return []
    rows = ParcelLine.objects.filter(parcel__order__number=parent.order_number, parcel__state__in=_BOOKED)
    booked = dict(rows.values_list("line__line_id").annotate(n=Sum("quantity")).order_by())
    before = queries.credited_units(parent.order_number, other_than=parent)
    wanted = {line.line_id: line.units + before.get(line.line_id, 0) for line in parent.lines.all()}
    if all(booked.get(line_id, 0) >= units for line_id, units in wanted.items()):
        return []
    late = Parcel.objects.filter(order__number=parent.order_number).exclude(state__in=_BOOKED)
    return list(late.values_list("invoice_number", flat=True)) or ["the sale"]


def _escalate(parent: Return, missing: list[str]) -> None:
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"return:{parent.number}:no_sale",
        subject=parent.number,
        title=f"return {parent.number} cannot be refunded: its sale is still not booked",
        detail=f"It waits for {', '.join(missing)}.",
        proposal="See why the parcel of order " + parent.order_number + " stands still; the return goes on by itself.",
    )
