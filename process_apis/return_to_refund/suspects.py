"""The fraud queue: goods that are not what was sold lie in quarantine for nothing, and nobody is paid for them."""

from collections.abc import Collection
from datetime import datetime

from process_apis.cases import queries, services
from process_apis.cases.models import CaseKind
from process_apis.orders import serials
from process_apis.returns.models import ReceiptLine, Suspicion


def of_serial(came: str, *, announced: str, shipped: Collection[str], units: int, back: Collection[str]) -> str:
    """The suspicion against a piece by its serial number; none where that was not read.

    `shipped` are the numbers that were sent for its `units`, `back` those of them that have come back before. Where
    not all of them were read as they left, the number the customer announced is all there is to compare with.
    """
    if not came:
        return ""
    if shipped and len(shipped) >= units:
        return "" if came in shipped and came not in back else Suspicion.SERIAL_MISMATCH
    return Suspicion.SERIAL_MISMATCH if announced and announced != came else ""


def report(line: ReceiptLine) -> None:
    """Put goods into the fraud queue, once."""
    parent = line.receipt.parent
    whose = f"return {parent.number} of order {parent.order_number or '(no receipt)'}" if parent else "nobody known"
    services.open_case(
        kind=CaseKind.FRAUD,
        fingerprint=_name(line),
        subject=parent.number if parent else line.receipt.key,
        title=f"{line.units} x {line.sku} came back to {line.receipt.node}, and {Suspicion(line.suspect).label}",
        detail=f"Receipt {line.receipt.key}, position {line.position}, of {whose}; received by "
        f"{line.receipt.received_by or 'nobody named'}. Serial: {line.serial or 'not read'}; "
        f"{_sent(line)}.",
        proposal="Look at the goods and at who brought them. If they are right, another person clears the suspicion "
        "and says what becomes of them: they are paid for then. If not, destroy them or send them back: they are not.",
    )


def settle(line: ReceiptLine, *, by: str, now: datetime) -> None:
    """It is known what became of goods; if they were in the queue, they leave it."""
    standing = queries.open_by_fingerprint(_name(line))
    if standing:
        found = "not what was sold" if line.suspect else "as they should be"
        services.resolve(
            case_id=standing.id, by=by, resolution=f"{found}; {line.get_disposition_display().lower()}", now=now
        )


def _sent(line: ReceiptLine) -> str:
    parent = line.receipt.parent
    sent = serials.shipped(parent.order_number, line_id=line.line_id, sku=line.sku) if parent else []
    return f"sent: {', '.join(sent[:20])}" if sent else "nobody read one when it was sent"


def _name(line: ReceiptLine) -> str:
    return f"suspect:{line.id}"
