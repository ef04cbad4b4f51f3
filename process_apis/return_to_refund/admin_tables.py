"""The tables under a return: its lines and arithmetic, its goods, its credit memo, its refunds, and what happened."""

from collections.abc import Callable, Sequence

from canonical.money import Money
from process_apis.ledger.models import JournalEntry
from process_apis.return_to_refund.models import Exchange
from process_apis.returns import disputes, queries
from process_apis.returns.debit_notes import of_return
from process_apis.returns.models import Dispute, ReceiptLine, Return, Suspicion
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, folded, label, link, moment, number

_WHY: dict[str, str] = {why.value: str(why.label) for why in Suspicion}
_DONE = {"done": "success", "failed": "danger", "pending": "info", "held": "warning", "replaced": ""}


def lines(parent: Return) -> Table:
    rows = [
        (line.line_id, link("catalog_product", line.sku, line.sku), number(line.units), line.condition,
         _money(parent, line.net_minor), _money(parent, line.tax_minor), _money(parent, -line.fee_minor))
        for line in parent.lines.all()[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("What comes back", ("line", "sku", "units", "condition", "net", "tax", "fee kept"), rows)


def arithmetic(parent: Return) -> Table:
    rows = [(what, _money(parent, minor)) for what, minor in parent.arithmetic]
    rows.append(("the customer gets", _money(parent, parent.total_minor)))
    return Table("How the amount comes about", ("what", "amount"), rows, totals=1)


def goods(came: Sequence[ReceiptLine]) -> Table:
    """What came back, of a return or of one receipt."""
    rows = [
        (link("returns_receipt", line.receipt_id, line.receipt.key), line.receipt.node, line.sku, number(line.units),
         line.condition, label(line.get_disposition_display()), _WHY.get(line.suspect, ""), line.inspected_by,
         moment(line.receipt.received_at))
        for line in came
    ]  # fmt: skip
    headers = ("receipt", "node", "sku", "units", "condition", "became", "suspect", "seen by", "received")
    return Table("What came back", headers, rows)


def debit_notes(parent: Return) -> Table:
    rows = [
        (link("returns_debitnote", note.number, note.number), note.supplier, label(note.get_state_display()),
         number(Money(minor=note.total_minor, currency=note.currency)), note.journal, note.reversal, note.reason)
        for note in of_return(parent)
    ]  # fmt: skip
    headers = ("number", "supplier", "state", "cost", "booked under", "taken back by", "why")
    return Table("Debit notes to suppliers", headers, rows)


def exchanges(parent: Return) -> Table:
    """What the customer has, or is to have, instead."""
    rows = [
        (", ".join(f"{line['quantity']} x {line['sku']}" for line in each.lines),
         number(Money(minor=each.total_minor, currency=each.currency)), each.node,
         link("orders_order", each.order_number, each.order_number),
         str(each.difference.get("kind", "")), _receipt(each), each.called_off)
        for each in Exchange.objects.filter(parent=parent)
    ]  # fmt: skip
    headers = ("instead", "costs", "counter", "ordered as", "on top by", "receipt", "called off")
    return Table("Exchange", headers, rows)


def _receipt(exchange: Exchange) -> str:
    """The till's receipt; a token that a card is yet to be charged by is nobody's to read."""
    return str(exchange.difference["reference"]) if exchange.difference.get("taken") else ""


def memos(parent: Return) -> Table:
    rows = [
        (link("returns_creditmemo", memo.number, memo.number), _money(parent, memo.net_minor),
         _money(parent, memo.tax_minor), _money(parent, memo.shipping_minor + memo.shipping_tax_minor),
         _money(parent, -memo.fee_minor - memo.clawback_minor), _money(parent, memo.total_minor),
         memo.erp_reference, memo.tax_reference)
        for memo in parent.memos.all()
    ]  # fmt: skip
    return Table("Credit memo", ("number", "net", "tax", "shipping", "kept", "total", "in the ERP", "tax"), rows)


def refunds(parent: Return) -> Table:
    rows = [
        (refund.get_way_display(), _money(parent, refund.amount_minor),
         label(refund.get_state_display(), _DONE.get(refund.state, "")), refund.provider_reference, refund.failure,
         refund.approved_by, moment(refund.done_at))
        for refund in parent.refunds.order_by("key")
    ]  # fmt: skip
    return Table("Refunds", ("way", "amount", "state", "reference", "why not", "approved by", "done"), rows)


def journals(parent: Return) -> Table:
    """The entries of this return: its memo, its refunds, and the goods."""
    sources = [f"return:{parent.number}"]
    sources += [f"refund:{key}" for key in parent.refunds.values_list("key", flat=True)]
    came = queries.received(parent)
    sources += [f"receipt:{line.receipt_id}" for line in came] + [f"disposal:{line.id}" for line in came]
    return _entries(sources)


def journals_of_dispute(dispute: Dispute) -> Table:
    """What the chargeback did to our ledger."""
    return _entries([f"dispute:{dispute.reference}"])


def told_the_bank(dispute: Dispute) -> Table:
    return Table("What we have told the bank", ("evidence",), [(str(each),) for each in dispute.evidence])


def refunds_to_it(dispute: Dispute) -> Table:
    """What of returns went, or was to go, to the tender that is disputed."""
    rows = [
        (link("returns_return", refund.parent.number, refund.parent.number),
         number(Money(minor=refund.amount_minor, currency=refund.currency)),
         label(refund.get_state_display(), _DONE.get(refund.state, "")), refund.provider_reference,
         moment(refund.done_at))
        for refund in disputes.refunds_of(dispute)[:SHOW_AT_MOST]
    ]  # fmt: skip
    return Table("Refunds to the same tender", ("return", "amount", "state", "reference", "done"), rows)


def _entries(sources: Sequence[str]) -> Table:
    entries = JournalEntry.objects.filter(source_event__in=sources).prefetch_related("lines__account").order_by("id")
    rows = [
        (link("ledger_journalentry", entry.reference, entry.reference), entry.purpose, str(line.account),
         number(Money(minor=line.amount_minor, currency=entry.currency)))
        for entry in sorted(entries, key=lambda entry: entry.created_at)
        for line in entry.lines.all()
    ]  # fmt: skip
    return Table("Journal", ("entry", "purpose", "account", "amount"), rows)


def history(parent: Return) -> Table:
    rows = [
        (moment(event.at), event.name, event.by, folded(event.detail)) for event in parent.events.all()[:SHOW_AT_MOST]
    ]
    return Table("History", ("at", "what", "by", "detail"), rows)


def _goods(parent: Return) -> Table:
    return goods(queries.received(parent))


def _money(parent: Return, minor: int) -> str:
    return number(Money(minor=minor, currency=parent.currency))


# Each table with the permission that opens it: a page never shows what its reader could not look up.
STORY: Sequence[tuple[str, Callable[[Return], Table]]] = (
    ("returns.view_return", lines),
    ("returns.view_return", arithmetic),
    ("returns.view_receipt", _goods),
    ("returns.view_return", exchanges),
    ("returns.view_debitnote", debit_notes),
    ("returns.view_creditmemo", memos),
    ("returns.view_refund", refunds),
    ("ledger.view_journalentry", journals),
    ("returns.view_return", history),
)
OF_A_DISPUTE: Sequence[tuple[str, Callable[[Dispute], Table]]] = (
    ("returns.view_dispute", told_the_bank),
    ("returns.view_refund", refunds_to_it),
    ("ledger.view_journalentry", journals_of_dispute),
)
