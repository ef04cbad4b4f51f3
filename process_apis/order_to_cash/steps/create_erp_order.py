"""Create the ERP's sales order under our number, and cancel it when the order is taken back."""

from functools import partial

from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries
from process_apis.orders.models import Order
from system_apis.erp.gateway import erp
from system_apis.terms import VendorRef


def create_erp_order(ctx: StepContext) -> Done:
    order = queries.order(ctx.subject)
    reference = erp().create_sales_order(queries.canonical(order), key=ctx.key)
    keep = partial(Order.objects.filter(id=order.id).update, erp_reference=reference.value)
    return Done(erp_order=reference.value, then=[keep])


def cancel_erp_order(ctx: StepContext) -> Done:
    if reference := ctx.facts.get("erp_order"):
        erp().cancel_sales_order(VendorRef(reference), key=ctx.key)
    return Done()
