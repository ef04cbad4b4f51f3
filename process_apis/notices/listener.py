"""Something happened that customers are told: note the message. Called by the relay, in the fact's transaction."""

from process_apis.notices import decisions, services
from process_apis.orders import queries as orders
from retail_platform.kernel.outbox.models import Fact


def on_fact(fact: Fact) -> None:
    """Note the message a fact calls for; of an order that is not in the book nobody is told anything."""
    if fact.name not in decisions.TEMPLATES:
        return
    try:
        order = orders.order(str(fact.data.get("order_number", "")))
    except orders.NoSuchOrder:
        return
    if fact.name == "order.cancelled" and orders.goes_on_as(order):
        return  # its channel changed it: the customer hears of the order it has become
    services.note(event_id=fact.event_id, fact=fact.name, data=fact.data, order=order)
