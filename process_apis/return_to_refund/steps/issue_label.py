"""Ask the carrier for a label that brings the parcel to us, once; a country it does not serve gets none."""

from functools import partial

from canonical.label import LabelRequest
from canonical.order import Address
from process_apis.engine.process import Done, StepContext
from process_apis.orders import queries as orders
from process_apis.return_to_refund.opening import WANTED
from process_apis.returns import queries, services
from process_apis.returns.models import Return, ReturnState
from system_apis.carriers.gateway import carrier
from system_apis.errors import Refused


def issue_label(ctx: StepContext) -> Done:
    parent = queries.one(ctx.subject)
    if parent.label != WANTED or parent.state != ReturnState.AUTHORISED:
        return Done(label="")
    sender = Address.model_validate(orders.order(parent.order_number).ship_to)
    try:
        label = carrier().create_label(
            LabelRequest(reference=parent.number, sender=sender, node=parent.node), key=ctx.key
        )
    except Refused as refused:
        return Done(label="", label_refused=str(refused), then=[partial(_none, parent)])
    return Done(
        label=label.label_id,
        label_url=label.url,
        then=[partial(_issued, parent, label=label.url, tracking_number=label.tracking_number)],
    )


def cancel_label(ctx: StepContext) -> Done:
    """Take back a label that nobody has used; one that is on its way stays."""
    if not ctx.facts.get("label"):
        return Done()
    try:
        carrier().cancel_label(ctx.facts["label"], key=ctx.key)
    except Refused as used:
        return Done(label_kept=str(used))
    return Done()


def _issued(parent: Return, *, label: str, tracking_number: str) -> None:
    fields = {"label": label[:120], "tracking_number": tracking_number}
    if services.move(parent, to=ReturnState.LABEL_ISSUED, since=[ReturnState.AUTHORISED], **fields):
        services.tell(parent, "return.label_issued")


def _none(parent: Return) -> None:
    Return.objects.filter(id=parent.id).update(label="")
