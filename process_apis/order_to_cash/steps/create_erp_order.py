"""Create the ERP's sales order under our number, and cancel it when the order is taken back."""

from collections import Counter
from functools import partial

from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries
from process_apis.orders.models import Order
from system_apis.erp.gateway import erp
from system_apis.errors import Unavailable
from system_apis.terms import CallKey, VendorRef


def create_erp_order(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    reference = erp().create_sales_order(queries.canonical(order), key=ctx.key)
    keep = partial(Order.objects.filter(id=order.id).update, erp_reference=reference.value)
    return Done(erp_order=reference.value, then=[keep])


def reduce_to_what_remains(order: Order, *, key: CallKey) -> str:
    """Let the ERP's order have the quantities that remain. Returns its reference; "" while it has none."""
    if not order.erp_reference:
        return ""
    remains: Counter[str] = Counter()
    for line in order.lines.all():  # what is sent instead of a line stands under the line that was ordered
        remains[line.sold_as] += line.quantity - line.cancelled
    erp().reduce_sales_order(VendorRef(order.erp_reference), remains, key=key)
    return order.erp_reference


def cancel_erp_order(ctx: StepContext) -> Done:
    """Where the answer to our order was lost, the ERP may have it all the same: it is looked for under our number."""
    known, port = ctx.facts.get("erp_order"), erp()
    reference = VendorRef(known) if known else port.find_sales_order(ctx.subject)
    if reference is None and port.terms.settles_after_s and not ctx.key.tried_before:
        raise Unavailable("what was made a moment ago may not show yet", retry_after_s=port.terms.settles_after_s)
    if reference:
        port.cancel_sales_order(reference, key=ctx.key)
    return Done(erp_cancelled=reference.value if reference else "")
