"""What each stage of a transfer leaves behind: movements, what is still to come, a case."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from canonical.stock import MovementReason, StockMovement, StockState
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.stock.models import Supply, Transfer, TransferLine

SOURCE = "transfer"


def key(moved: Transfer, stage: str, sku: str) -> str:
    """The natural key of what one stage does to one sku."""
    return f"{SOURCE}:{moved.reference}:{stage}:{sku}"


def movements(
    moved: Transfer,
    stage: str,
    units: Mapping[str, int],
    *,
    at: datetime,
    arrives: bool,
    state: StockState = StockState.ON_HAND,
) -> list[StockMovement]:
    """What a stage moves, at the end it comes to or the one it leaves."""
    return [
        StockMovement(
            key=key(moved, stage, sku), sku=sku, node=moved.to_node if arrives else moved.from_node, units=count,
            reason=MovementReason.TRANSFER_IN if arrives else MovementReason.TRANSFER_OUT, source=SOURCE,
            occurred_at=at, state=state,
        )
        for sku, count in sorted(units.items()) if count
    ]  # fmt: skip


def supply(moved: Transfer, lines: Sequence[TransferLine]) -> None:
    """What is still on the way, as those who promise goods see it."""
    for line in lines:
        on_the_way = Supply.objects.filter(
            reference=moved.reference, kind="in_transit", sku=line.sku, node=moved.to_node
        )
        if not line.outstanding:
            on_the_way.delete()
        elif not on_the_way.update(units=line.outstanding):
            Supply.objects.create(
                reference=moved.reference, kind="in_transit", sku=line.sku, node=moved.to_node,
                units=line.outstanding, due_on=moved.due_on, source=SOURCE,
            )  # fmt: skip


def said(units: Mapping[str, int]) -> str:
    """Units of skus in words."""
    return ", ".join(f"{count} x {sku}" for sku, count in sorted(units.items()))


def ask_about(moved: Transfer, what: str, detail: str, proposal: str) -> None:
    """Put what is wrong with a transfer on the desk."""
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"stock.transfer_{what}:{moved.reference}",
        subject=f"transfer:{moved.reference}",
        title=f"transfer {moved.reference} from {moved.from_node} to {moved.to_node}: {what}",
        detail=f"{detail}.".capitalize(),
        proposal=proposal,
    )
