"""A node was asked to send and says nothing: ask after it, take the request back, and have others send it."""

from functools import partial

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog import queries as catalog
from process_apis.engine.process import Done, Outcome, StepContext
from process_apis.fulfilment import queries as fulfilment
from process_apis.fulfilment import services
from process_apis.fulfilment.models import Cause, RequestState, SendRequest
from process_apis.fulfilment.services import Part
from process_apis.order_to_cash import missing
from process_apis.order_to_cash.steps.record_short_pick import OVER, wait_a_while
from process_apis.order_to_cash.steps.stop_goods import outstanding
from process_apis.orders import cancellation_queries, queries
from process_apis.orders import services as orders
from process_apis.stock import services as stock
from system_apis.errors import NotAllowed, Refused
from system_apis.terms import VendorRef
from system_apis.wms.gateway import wms
from system_apis.wms.port import WmsPort


def ask_after_it(ctx: StepContext) -> Done:
    request = _request(ctx)
    if _port(request).has_answered(VendorRef(request.reference)):
        return Done(answered=True, then=[partial(services.became, request, RequestState.TAKEN)])
    return Done(answered=False)


def claim_recall(ctx: StepContext) -> Outcome:
    """From here on no cancellation asks the node, until this is through: see Note [Turns]."""
    request = _request(ctx)
    if ctx.facts["answered"]:
        return Done()
    order = queries.locked(request.order_number)
    if order.state in OVER or order.releases.get(request.node) != request.reference:
        services.became(request, RequestState.TAKEN)
        return Done(answered=True)
    if cancellation_queries.unsettled(order) or fulfilment.busy(order.number):
        return wait_a_while(ctx)
    SendRequest.objects.filter(id=request.id, state=RequestState.ASKED).update(state=RequestState.RECALLING)
    return Done()


def recall_request(ctx: StepContext) -> Done:
    request = _request(ctx)
    if request.state != RequestState.RECALLING:
        return Done(recalled=False)
    try:
        _port(request).recall(VendorRef(request.reference), key=ctx.key)
    except NotAllowed:
        raise
    except Refused:  # it has begun after all
        return Done(recalled=False, then=[partial(services.became, request, RequestState.TAKEN)])
    return Done(recalled=True)


def ask_others(ctx: StepContext) -> Done:
    """What it was asked for is others' to send; where nobody else has it, a person decides."""
    request = _request(ctx)
    if not ctx.facts["recalled"]:
        return Done()
    order = queries.locked(request.order_number)
    stock.recall(order_number=order.number, node=request.node)
    orders.asked_to_send(order, {request.node: ""})
    services.became(request, RequestState.RECALLED)
    left = outstanding(order.number, node=request.node)
    parts = [Part(line.line_id, line.sku, request.node, line.quantity) for line in left]
    outcome = missing.handle(order, parts, cause=Cause.NOT_ANSWERED, now=ctx.now)
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"unanswered:{request.node}",
        subject=order.number,
        title=f"{request.node} did not answer to a request to send order {order.number}",
        detail=f"Request {request.reference} of {request.asked_at:%Y-%m-%d %H:%M} UTC was taken back. {outcome}",
        proposal=f"Ask {request.node} whether it works; set it inactive under Catalog, Nodes, while it does not.",
    )
    return Done(outcome=outcome)


def _request(ctx: StepContext) -> SendRequest:
    return SendRequest.objects.get(id=int(ctx.subject))


def _port(request: SendRequest) -> WmsPort:
    return wms(catalog.nodes()[request.node].wms or None)
