"""What other journeys say that returns and exchanges wait for. Called by the relay, in its transaction."""

from process_apis.engine import listener as engine
from process_apis.engine.models import ProcessRun, RunState
from process_apis.pickups import handing_over
from process_apis.pickups import queries as pickup_book
from process_apis.pickups import services as pickups
from process_apis.return_to_refund import exchanges
from process_apis.return_to_refund.models import Exchange
from process_apis.return_to_refund.troubles import REFUND_BOUNCE
from process_apis.returns import services
from process_apis.returns.models import HeldFor, Refund, Return, ReturnState
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact


def on_parcel_settled(fact: Fact) -> None:
    """A sale is booked: tell each return of the order that is held for it."""
    waiting = Return.objects.filter(
        order_number=fact.data["order_number"], state=ReturnState.HELD, held_for=HeldFor.NO_SALE
    )
    for parent in waiting:
        services.tell(parent, "return.sale_booked", shipment=fact.data.get("shipment_id", ""))


def on_refund_replaced(fact: Fact) -> None:
    """A refund that bounced is paid another way by its bounce's own run, which goes by the provider's message."""
    refunds = [str(refund.id) for refund in Refund.objects.filter(parent__number=fact.data["return_number"])]
    runs = ProcessRun.objects.filter(process=REFUND_BOUNCE.name, state=RunState.WAITING, facts__refund__in=refunds)
    for run in runs:
        engine.signal(REFUND_BOUNCE, fact, subject=run.subject)


def on_pickup_requested(fact: Fact) -> None:
    """The customer has had the goods of an exchange since it was rung up: nobody picks them, they are handed over."""
    exchange = Exchange.objects.filter(order_number=fact.data["order_number"], handed_over=True).first()
    if exchange is None:
        return
    pickup, now = pickup_book.pickup(fact.data["pickup_id"]), clock.now()
    by = exchange.parent.requested_by or "till"
    pickups.ready(pickup, by=by, now=now)
    handing_over.hand_over(pickup, by=by, collected_by="", id_checked=True, now=now)


def on_order_cancelled(fact: Fact) -> None:
    """The new goods of an exchange cannot be had: somebody tells the customer, who has the credit."""
    exchange = Exchange.objects.select_related("parent").filter(order_number=fact.data["order_number"]).first()
    if exchange:
        exchanges.not_to_be_had(exchange)
