"""Orders, invoices and journals in the pretend ERP's words: camelCase, decimal text, debit and credit apart."""

from typing import Any

from canonical.journal import CreditMemo, Invoice, InvoiceLine, JournalEntry, Posting
from canonical.money import Money
from canonical.order import Order
from system_apis.terms import CallKey


def to_sales_order(order: Order, *, key: CallKey) -> dict[str, Any]:
    """An order as the ERP takes it; tax that nobody has worked out yet counts as nothing."""
    return {
        "externalRef": key.value,
        "orderNumber": order.number,
        "orderDate": order.placed_at.date().isoformat(),
        "currency": order.currency,
        "pricesIncludeTax": order.taxes_included,
        "customer": {"name": order.customer.name, "reference": order.customer.reference},
        "shipToCountry": order.ship_to.country,
        "lines": [
            {
                "lineId": line.line_id,
                "itemNumber": line.sku,
                "quantity": line.quantity,
                "unitOfMeasure": line.unit,
                "unitPrice": line.unit_price.text,
                "discountAmount": line.discount.text,
                "taxAmount": _text(line.tax),
                **({"contractReference": line.contract} if line.contract else {}),
                **({"requestedDeliveryDate": line.wanted_on.isoformat()} if line.wanted_on else {}),
            }
            for line in order.lines
        ],
        **({"customerPurchaseOrder": order.purchase_order} if order.purchase_order else {}),
        "shippingAmount": order.shipping.text,
        "shippingTaxAmount": _text(order.shipping_tax),
        "totalAmount": order.total.text,
    }


def to_invoice(invoice: Invoice, *, key: CallKey) -> dict[str, Any]:
    """The claim for one parcel."""
    return {
        "externalRef": key.value,
        "invoiceNumber": invoice.number,
        "orderNumber": invoice.order_number,
        "postingDate": invoice.issued_on.isoformat(),
        "currency": invoice.total.currency,
        "lines": [_invoice_line(line) for line in invoice.lines],
        "shippingNetAmount": invoice.shipping_net.text,
        "shippingTaxAmount": invoice.shipping_tax.text,
        "totalAmount": invoice.total.text,
    }


def to_credit_memo(memo: CreditMemo, *, key: CallKey) -> dict[str, Any]:
    """What a customer is owed for what came back; amounts above zero, the document says which way they go."""
    return {
        "externalRef": key.value,
        "creditMemoNumber": memo.number,
        "orderNumber": memo.order_number,
        "correctsInvoices": list(memo.invoices),
        "postingDate": memo.issued_on.isoformat(),
        "currency": memo.total.currency,
        "lines": [_invoice_line(line) for line in memo.lines],
        "shippingNetAmount": memo.shipping_net.text,
        "shippingTaxAmount": memo.shipping_tax.text,
        "keptAmount": memo.kept.text,
        "totalAmount": memo.total.text,
    }


def to_journal(entry: JournalEntry, *, key: CallKey) -> dict[str, Any]:
    """A journal whose lines say debit or credit, neither ever negative."""
    return {
        "externalRef": key.value,
        "company": entry.entity,
        "documentNumber": entry.reference,
        "documentType": entry.purpose,
        "sourceEvent": entry.source_event,
        "postingDate": entry.booked_on.isoformat(),
        "currency": entry.postings[0].amount.currency,
        "lines": [_journal_line(posting) for posting in entry.postings],
    }


def _invoice_line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "itemNumber": line.sku,
        "quantity": line.quantity,
        "netAmount": line.net.text,
        "taxAmount": line.tax.text,
    }


def _journal_line(posting: Posting) -> dict[str, Any]:
    nothing = Money.zero(posting.amount.currency).text
    debit = posting.amount.minor > 0
    return {
        "accountNumber": posting.account,
        "debitAmount": posting.amount.text if debit else nothing,
        "creditAmount": nothing if debit else (-posting.amount).text,
        "description": posting.memo,
    }


def _text(amount: Money | None) -> str:
    return amount.text if amount else "0"
