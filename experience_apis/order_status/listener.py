"""Something happened to an order: show it. Called by the relay, in the transaction that marks the fact delivered."""

from experience_apis.order_status import projection
from retail_platform.kernel import clock
from retail_platform.kernel.outbox.models import Fact

_OF_ORDERS = ("order.", "shipment.", "parcel.", "pickup.", "return.", "payment.")


def on_fact(fact: Fact) -> None:
    """Refresh the order a fact names; a fact about anything else is somebody else's."""
    number = fact.data.get("order_number")
    if number and fact.name.startswith(_OF_ORDERS):
        projection.refresh(str(number), now=clock.now())
