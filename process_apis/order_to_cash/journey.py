"""Where an order's own journey is, for whoever wants to change the order meanwhile."""

from process_apis.engine import queries as runs
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import run_id_of
from process_apis.orders.models import Order

NAME = "order_to_cash"


def journey(order: Order) -> ProcessRun | None:
    """The run of the order's own journey; None while it has not begun."""
    try:
        return runs.run(run_id_of(process=NAME, subject=order.number))
    except runs.NoSuchRun:
        return None
