"""A sale is booked: returns that waited for it go on. Called by the relay, in its transaction."""

from process_apis.returns import services
from process_apis.returns.models import HeldFor, Return, ReturnState
from retail_platform.kernel.outbox.models import Fact


def on_parcel_settled(fact: Fact) -> None:
    """Tell each return of the order that is held for its sale."""
    waiting = Return.objects.filter(
        order_number=fact.data["order_number"], state=ReturnState.HELD, held_for=HeldFor.NO_SALE
    )
    for parent in waiting:
        services.tell(parent, "return.sale_booked", shipment=fact.data.get("shipment_id", ""))
