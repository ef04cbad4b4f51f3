"""The pretend ERP. It knows no keys: our key goes into `externalRef`, and a repeat looks there first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from canonical.journal import AccountBalance, CreditMemo, Invoice, JournalEntry
from canonical.order import Order
from canonical.stock import StockSnapshot
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.erp.vendors.sandbox import answers, mapping
from system_apis.erp.vendors.sandbox.client import SandboxErpClient
from system_apis.errors import Refused
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once

TERMS = VendorTerms(same_document_by="reference", settles_after_s=0.0, rounding_by="sender", documents_per_order="many")


@dataclass(frozen=True, slots=True)
class SandboxErp:
    client: SandboxErpClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The ERP behind one connection."""
        return cls(SandboxErpClient(VendorClient(connection)))

    def create_sales_order(self, order: Order, *, key: CallKey) -> VendorRef:
        return self._create("/salesOrders", mapping.to_sales_order(order, key=key), key=key)

    def find_sales_order(self, order_number: str) -> VendorRef | None:
        found = self.client.get("/salesOrders", orderNumber=order_number)
        return answers.read_found_order(found, number=order_number)

    def create_invoice(self, invoice: Invoice, *, key: CallKey) -> VendorRef:
        return self._create("/invoices", mapping.to_invoice(invoice, key=key), key=key)

    def create_credit_memo(self, memo: CreditMemo, *, key: CallKey) -> VendorRef:
        return self._create("/creditMemos", mapping.to_credit_memo(memo, key=key), key=key)

    def post_journal(self, entry: JournalEntry, *, key: CallKey) -> VendorRef:
        """Post one balanced entry. Raises Refused with code periodClosed when its day is closed."""
        return self._create("/journals", mapping.to_journal(entry, key=key), key=key)

    def cancel_sales_order(self, reference: VendorRef, *, key: CallKey) -> None:
        """Cancel. An order that is cancelled already is what we wanted."""
        path = f"/salesOrders/{reference.value}"
        try:
            answer = self.client.post(f"{path}/cancel", {"externalRef": key.value}, key=key)
        except Refused as refused:
            if refused.code != "alreadyCancelled":
                raise
            answer = self.client.get(path)
        answers.read_cancelled(answer)

    def reduce_sales_order(self, reference: VendorRef, remains: Mapping[str, int], *, key: CallKey) -> None:
        """The quantities that remain, not what goes: so a repeat is harmless."""
        lines = [{"lineId": line_id, "quantity": quantity} for line_id, quantity in remains.items()]
        body = {"externalRef": key.value, "lines": lines}
        answer = self.client.post(f"/salesOrders/{reference.value}/quantities", body, key=key)
        answers.read_reduced(answer, remains=remains)

    def trial_balance(self, *, entity: str) -> tuple[AccountBalance, ...]:
        return answers.read_balances(self.client.get("/trial-balance", entity=entity), entity=entity)

    def stock_snapshot(self, *, node: str) -> StockSnapshot:
        return answers.read_counts(self.client.get("/stock", node=node), node=node)

    def _create(self, path: str, body: dict[str, Any], *, key: CallKey) -> VendorRef:
        return once(
            key,
            terms=self.terms,
            find=lambda: answers.read_found(self.client.get(path, externalRef=key.value), key=key),
            send=lambda: answers.read_made(self.client.post(path, body, key=key), key=key),
            now=clock.now(),
        )
