"""Move goods from one node to another: planned, shipped, received in as many parts as they come in, closed.

What is on the way is the sum of the in_transit movements of the receiving node, and stands there as a supply. Each
stage tells a fact with what it means to the value of stock; the accounts are kept a layer above. Ship and receive are
the word of the nodes' own people; a warehouse system that tells the same as movements must not tell it twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from canonical.stock import MovementReason, StockState
from process_apis.stock import services
from process_apis.stock.book import worth
from process_apis.stock.book.worth import Worth
from process_apis.stock.models import StockMovement as Written
from process_apis.stock.models import Supply, Transfer, TransferLine, TransferState, Variance
from process_apis.stock.moving import checks, traces
from retail_platform.kernel.problem import DomainError, NotFound


class NoSuchTransfer(NotFound):
    """There is no transfer of this reference, or it is not yours to see."""

    title = "There is no such transfer"


class TransferDiffers(DomainError):
    """A transfer of this reference stands, with other content. Give a new one a reference of its own."""

    status = 409
    kind = "transfer-differs"
    title = "There is another transfer of this reference"


class WrongStage(DomainError):
    """The transfer is at another stage: planned, then shipped, then closed. Read it for where it stands."""

    status = 409
    kind = "transfer-wrong-stage"
    title = "The transfer is at another stage"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery of goods of a transfer. `number` names it; told again, it counts once."""

    number: str
    units: Mapping[str, int]
    at: datetime


def transfer(reference: str) -> Transfer:
    """One transfer. Raises NoSuchTransfer."""
    found = Transfer.objects.filter(reference=reference).first()
    if found is None:
        raise NoSuchTransfer(f"there is no transfer {reference!r} for you; check the reference")
    return found


def plan(
    *, reference: str, from_node: str, to_node: str, units: Mapping[str, int], due_on: date | None = None
) -> Transfer:
    """Write a transfer down. The same again changes nothing. Raises TransferDiffers, Unprocessable."""
    checks.check(from_node, to_node, units)
    try:
        with transaction.atomic():
            planned = Transfer.objects.create(reference=reference, from_node=from_node, to_node=to_node, due_on=due_on)
            TransferLine.objects.bulk_create(
                TransferLine(transfer=planned, sku=sku, units=count) for sku, count in sorted(units.items())
            )
    except IntegrityError:
        planned = transfer(reference)
        stands = (planned.from_node, planned.to_node, {line.sku: line.units for line in planned.lines.all()})
        if stands != (from_node, to_node, dict(units)):
            raise TransferDiffers(f"{reference} stands from {stands[0]} to {stands[1]}; read it first") from None
    return planned


@transaction.atomic
def ship(reference: str, *, at: datetime, units: Mapping[str, int] | None = None) -> Transfer:
    """The goods have left: all that was planned, or less of it as `units` say. What is promised there stays there.

    Twice is once. Raises OutOfStock, WrongStage, Unprocessable.
    """
    moved = _locked(reference)
    if moved.state == TransferState.SHIPPED:
        return moved
    if moved.state != TransferState.PLANNED:
        raise WrongStage(f"{reference} is {moved.state}; only a planned transfer can be shipped")
    lines = list(moved.lines.all())
    leaving = {line.sku: line.units for line in lines} if units is None else dict(units)
    planned = {line.sku: line.units for line in lines}
    checks.refuse_more(leaving, planned, "planned")
    checks.keep_promises(leaving, node=moved.from_node)
    gone = {sku: count for sku, count in leaving.items() if count}
    services.move(
        [
            *traces.movements(moved, "out", {sku: -n for sku, n in gone.items()}, at=at, arrives=False),
            *traces.movements(moved, "on-the-way", gone, at=at, arrives=True, state=StockState.IN_TRANSIT),
        ]
    )
    for line in lines:
        line.shipped = gone.get(line.sku, 0)
    TransferLine.objects.bulk_update(lines, ["shipped"])
    moved.state, moved.shipped_at = TransferState.SHIPPED, at
    moved.save(update_fields=["state", "shipped_at"])
    traces.supply(moved, lines)
    worth.tell(Worth(f"{traces.SOURCE}:{reference}:out", "transfer_shipped", moved.from_node, gone, at))
    return moved


@transaction.atomic
def receive(reference: str, receipt: Receipt) -> Transfer:
    """Some of the goods have come. More than went is taken in too, with a case. Raises WrongStage, Unprocessable."""
    moved = _locked(reference)
    if Written.objects.filter(
        key__in=[traces.key(moved, f"in:{receipt.number}", sku) for sku in receipt.units]
    ).exists():
        return moved  # told twice
    if moved.state != TransferState.SHIPPED:
        raise WrongStage(f"{reference} is {moved.state}; only what is on the way can be received")
    lines = {line.sku: line for line in moved.lines.all()}
    checks.refuse_others(receipt.units, lines, f"transfer {reference}")
    expected = {sku: min(count, lines[sku].outstanding) for sku, count in receipt.units.items()}
    extra = {sku: count - expected[sku] for sku, count in receipt.units.items() if count > expected[sku]}
    arrived = {sku: -count for sku, count in expected.items() if count}
    stage = f"in:{receipt.number}"
    services.move(
        [
            *traces.movements(moved, stage, receipt.units, at=receipt.at, arrives=True),
            *traces.movements(moved, f"off:{stage}", arrived, at=receipt.at, arrives=True, state=StockState.IN_TRANSIT),
        ]
    )
    for sku, count in receipt.units.items():
        lines[sku].received += count
    TransferLine.objects.bulk_update(lines.values(), ["received"])
    traces.supply(moved, list(lines.values()))
    document = f"{traces.SOURCE}:{reference}:{stage}"
    worth.tell(Worth(document, "transfer_received", moved.to_node, expected, receipt.at))
    if extra:
        worth.tell(Worth(f"{document}:extra", "adjusted", moved.to_node, extra, receipt.at))
        traces.ask_about(
            moved, "over", f"more came than went: {traces.said(extra)}", "Count them at both ends; nothing is undone."
        )
    return moved


@transaction.atomic
def close(reference: str, *, reason: str, at: datetime) -> Transfer:
    """Nothing more will come: what is missing is lost, with a variance for each sku and a case. Twice is once."""
    moved = _locked(reference)
    if moved.state == TransferState.CLOSED:
        return moved
    lines = list(moved.lines.all())
    lost = {line.sku: line.outstanding for line in lines if line.outstanding}
    gone = {sku: -count for sku, count in lost.items()}
    lost_ones = traces.movements(moved, "lost", gone, at=at, arrives=True, state=StockState.IN_TRANSIT)
    services.move([each.model_copy(update={"reason": MovementReason.WRITE_OFF}) for each in lost_ones])
    Variance.objects.bulk_create(
        Variance(
            key=traces.key(moved, "lost", line.sku), sku=line.sku, node=moved.to_node, source=traces.SOURCE,
            watermark=0, taken_at=at, expected=line.shipped, counted=line.received, state="accepted", reason=reason,
        )
        for line in lines if line.outstanding
    )  # fmt: skip
    moved.state, moved.closed_at, moved.closed_because = TransferState.CLOSED, at, reason
    moved.save(update_fields=["state", "closed_at", "closed_because"])
    Supply.objects.filter(reference=reference, kind="in_transit", node=moved.to_node).delete()
    services.tell((line.sku for line in lines), aggregate=f"stock:{reference}")
    if lost:
        worth.tell(Worth(f"{traces.SOURCE}:{reference}:lost", "transfer_lost", moved.to_node, lost, at))
        traces.ask_about(
            moved, "short", f"never came: {traces.said(lost)}", "Claim it from the carrier, or find it and count it."
        )
    return moved


def _locked(reference: str) -> Transfer:
    found = Transfer.objects.select_for_update().filter(reference=reference).first()
    if found is None:
        raise NoSuchTransfer(f"there is no transfer {reference!r} for you; check the reference")
    return found
