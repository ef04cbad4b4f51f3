"""The book of returns: what was agreed, what came back, what was credited, what was paid back.

Four documents, any of which may be the first to arrive, tied by a return: an authorisation (the return itself), a
receipt, a credit memo, a refund. Amounts are in smallest units of the return's currency, positive towards the customer.
How much of an order line or tender may still go back is guarded in the order book, by its own constraints.
"""

from process_apis.returns.models.credit_memos import CreditMemo
from process_apis.returns.models.debit_notes import DebitNote, DebitNoteState, GoodsAfterRefusal
from process_apis.returns.models.disputes import Dispute, DisputeState
from process_apis.returns.models.identities import IdentityReturn
from process_apis.returns.models.policies import ReturnPolicy
from process_apis.returns.models.receipts import Disposition, Receipt, ReceiptLine, Suspicion
from process_apis.returns.models.refunds import Refund, RefundState, RefundWay
from process_apis.returns.models.returns import (
    LABEL_WANTED,
    HeldFor,
    Return,
    ReturnEvent,
    ReturnKind,
    ReturnLine,
    ReturnState,
)

__all__ = [
    "LABEL_WANTED",
    "CreditMemo",
    "DebitNote",
    "DebitNoteState",
    "Disposition",
    "Dispute",
    "DisputeState",
    "GoodsAfterRefusal",
    "HeldFor",
    "IdentityReturn",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "RefundState",
    "RefundWay",
    "Return",
    "ReturnEvent",
    "ReturnKind",
    "ReturnLine",
    "ReturnPolicy",
    "ReturnState",
    "Suspicion",
]
