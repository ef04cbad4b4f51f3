"""Facts of goods that come back."""

from canonical.value import Value


class ReturnFact(Value):
    """Something happened to a return; `order_number` is empty where nobody has shown what was bought."""

    return_number: str
    order_number: str


class ReceiptFact(ReturnFact):
    """Goods came back, or were looked at; `return_number` is empty while nobody knows whose they are."""

    receipt: str


class GoodsDisposed(ReceiptFact):
    """What became of units that came back; `disposal` names it once."""

    disposal: str


class VendorRefused(ReceiptFact):
    """A supplier does not take goods back, and owes nothing for them."""

    debit_note: str


FACTS: dict[str, type[Value]] = {
    "return.requested": ReturnFact,
    "return.authorised": ReturnFact,
    "return.rejected": ReturnFact,
    "return.expired": ReturnFact,
    "return.label_issued": ReturnFact,
    "return.in_transit": ReturnFact,
    "return.lost": ReturnFact,
    "return.received": ReceiptFact,
    "return.inspected": ReceiptFact,
    "return.disposed": GoodsDisposed,
    "return.vendor_refused": VendorRefused,
    "return.sale_booked": ReturnFact,
    "return.credited": ReturnFact,
    "return.refund_failed": ReturnFact,
    "return.refund_replaced": ReturnFact,
    "return.dispute_over": ReturnFact,
    "return.refunded": ReturnFact,
    "return.closed": ReturnFact,
}
