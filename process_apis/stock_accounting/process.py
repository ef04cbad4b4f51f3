"""Stock's entries in the ledger: one journey for each kind of change, all of the same two steps."""

from process_apis.engine.process import Process, Step
from process_apis.stock_accounting.steps.book_stock import book_stock
from process_apis.stock_accounting.steps.post_stock import post_stock


def _booked(name: str) -> Process:
    return Process(
        name=name,
        starts_on=f"stock.{name}" if name.startswith("transfer") else "stock.adjusted",
        subject="document",
        on_refusal="park",
        budget_s=24 * 3600,
        steps=(Step(book_stock, queue="finance"), Step(post_stock, queue="finance", remote=True)),
    )


TRANSFER_SHIPPED = _booked("transfer_shipped")
TRANSFER_RECEIVED = _booked("transfer_received")
TRANSFER_LOST = _booked("transfer_lost")
STOCK_ADJUSTED = _booked("stock_adjusted")  # a count found more or less than the book had

PROCESSES = (TRANSFER_SHIPPED, TRANSFER_RECEIVED, TRANSFER_LOST, STOCK_ADJUSTED)
