"""What we ask of any ERP. Every write sent twice under one key happens once; every call may raise SystemFault."""

from collections.abc import Mapping
from typing import Protocol

from canonical.journal import AccountBalance, CreditMemo, Invoice, JournalEntry
from canonical.order import Order
from canonical.stock import StockSnapshot
from system_apis.terms import CallKey, VendorRef, VendorTerms


class ErpPort(Protocol):
    terms: VendorTerms

    def create_sales_order(self, order: Order, *, key: CallKey) -> VendorRef: ...

    def find_sales_order(self, order_number: str) -> VendorRef | None:
        """The open sales order under our number; None where there is none. Raises ContractBroken for several."""

    def cancel_sales_order(self, reference: VendorRef, *, key: CallKey) -> None: ...

    def reduce_sales_order(self, reference: VendorRef, remains: Mapping[str, int], *, key: CallKey) -> None:
        """Let the order have these quantities, by line_id. The same again changes nothing."""

    def create_invoice(self, invoice: Invoice, *, key: CallKey) -> VendorRef: ...

    def create_credit_memo(self, memo: CreditMemo, *, key: CallKey) -> VendorRef: ...

    def post_journal(self, entry: JournalEntry, *, key: CallKey) -> VendorRef: ...

    def trial_balance(self, *, entity: str) -> tuple[AccountBalance, ...]: ...

    def stock_snapshot(self, *, node: str) -> StockSnapshot: ...
