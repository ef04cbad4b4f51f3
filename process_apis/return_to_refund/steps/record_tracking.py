"""A carrier scanned a parcel that comes back, or gave it up for lost: the return says so."""

from uuid import UUID

from canonical.label import TrackingState
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.engine.process import Done, StepContext
from process_apis.returns import services
from process_apis.returns.models import Return, ReturnState
from system_apis.carriers.gateway import carrier
from system_apis.inbox import queries as inbox

_WAITING = (ReturnState.AUTHORISED, ReturnState.LABEL_ISSUED)


def record_tracking(ctx: StepContext) -> Done:
    message = inbox.message(UUID(ctx.subject))
    told = carrier(message.connection.code).read_event(bytes(message.raw))
    parent = Return.objects.filter(tracking_number=told.tracking_number).first()
    if parent is None:
        return Done(parcel=told.tracking_number, known=False)
    if told.state == TrackingState.LOST:
        _lost(parent)
    elif told.state in (TrackingState.IN_TRANSIT, TrackingState.DELIVERED):
        since = (*_WAITING, ReturnState.LOST_IN_TRANSIT)  # what was given up for lost may turn up
        if services.move(parent, to=ReturnState.IN_TRANSIT, since=since):
            services.tell(parent, "return.in_transit", place=told.place)
    return Done(return_number=parent.number, state=told.state)


def _lost(parent: Return) -> None:
    if not services.move(parent, to=ReturnState.LOST_IN_TRANSIT, since=(*_WAITING, ReturnState.IN_TRANSIT)):
        return
    services.tell(parent, "return.lost")
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"return_lost:{parent.number}",
        subject=parent.number,
        title=f"the carrier has lost the parcel of return {parent.number}",
        detail=f"Label {parent.label}, parcel {parent.tracking_number}, order {parent.order_number}.",
        proposal="Claim it from the carrier. The label was ours, so refund the customer: receive it with no goods "
        "found, or reject the return and say why.",
    )
