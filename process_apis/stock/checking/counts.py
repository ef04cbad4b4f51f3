"""Counts and snapshots: what somebody found when they looked, against what the book says they should have found.

See Note [Inside a count] in statements.py. A difference within tolerance is taken with a movement that explains it; a
greater one becomes a variance and a case, and nothing changes until a person has decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from canonical.stock import StockSnapshot
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.stock.checking.agreeing import Count, Place, StaleCount, adjust, is_older, look, refuse_stale
from process_apis.stock.models import SnapshotTaken, Variance


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a snapshot."""

    agreed: int
    adjusted: int
    varied: int


def tolerated(*, expected: int, counted: int) -> bool:
    """Is a difference small enough to be taken without asking?"""
    drift = abs(counted - expected)
    return drift <= settings.STOCK_DRIFT_UNITS or drift * 100 <= abs(expected) * settings.STOCK_DRIFT_PERCENT


@transaction.atomic
def take_count(count: Count) -> int:
    """A cycle count stands, whatever the difference. Returns the units adjusted. Raises StaleCount."""
    anchors, expected = look([count])
    place = (count.sku, count.node)
    refuse_stale(count, anchors[place])
    if anchors[place] == (count.source, count.watermark, count.taken_at):
        return 0  # told twice
    return adjust({place: count}, expected)


@transaction.atomic
def take_snapshot(snapshot: StockSnapshot, *, source: str) -> Compared:
    """Compare a whole node with the book. The same again changes nothing. Raises StaleCount for an older one."""
    digest = _digest(snapshot)
    if (before := _came_before(snapshot, source, digest)) is not None:
        return before
    key = f"snapshot:{source}:{snapshot.node}:{snapshot.watermark}:{snapshot.taken_at:%Y%m%d%H%M%S}"
    counts = _counts(snapshot, source, key)
    anchors, expected = look(counts)
    fresh = [c for c in counts if not is_older(c, anchors[c.sku, c.node])]
    fits = {(c.sku, c.node): c for c in fresh if tolerated(expected=expected.get((c.sku, c.node), 0), counted=c.units)}
    varied = [c for c in fresh if (c.sku, c.node) not in fits]
    adjusted = sum(expected.get(place, 0) != count.units for place, count in fits.items())
    adjust(fits, expected)
    _vary(varied, expected, snapshot, source)
    _note(snapshot, source, digest, adjusted=adjusted, varied=len(varied))
    return Compared(len(fits) - adjusted, adjusted, len(varied))


@transaction.atomic
def compare(snapshot: StockSnapshot, *, source: str) -> Compared:
    """Hold the word of a source that does not own the goods against the book: drift is a case, and changes nothing."""
    digest = _digest(snapshot)
    if (before := _came_before(snapshot, source, digest)) is not None:
        return before
    counts = _counts(snapshot, source, f"compared:{source}:{snapshot.node}:{snapshot.watermark}")
    _, expected = look(counts)
    drifted = [c for c in counts if not tolerated(expected=expected.get((c.sku, c.node), 0), counted=c.units)]
    if drifted:
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"stock.drift:{source}:{snapshot.node}",
            subject=snapshot.node,
            title=f"{source} has other figures than our book for {len(drifted)} skus at {snapshot.node}",
            detail=f"{source} does not own them, so nothing was changed. The greatest: {_greatest(drifted, expected)}.",
            proposal="Ask the owner for a snapshot or count again; then let the other system follow.",
        )
    _note(snapshot, source, digest, adjusted=0, varied=len(drifted))
    return Compared(len(counts) - len(drifted), 0, len(drifted))


def _digest(snapshot: StockSnapshot) -> str:
    return sha256(snapshot.model_dump_json().encode()).hexdigest()


def _came_before(snapshot: StockSnapshot, source: str, digest: str) -> Compared | None:
    """What came of this very snapshot, if it was taken. Raises StaleCount when a later one was."""
    last = SnapshotTaken.objects.filter(node=snapshot.node, source=source).order_by("-watermark").first()
    if last is not None and last.watermark >= snapshot.watermark:
        if last.digest == digest:
            return Compared(last.levels - last.adjusted - last.varied, last.adjusted, last.varied)
        if last.watermark > snapshot.watermark or last.taken_at >= snapshot.taken_at:
            raise StaleCount(
                f"{source} sent snapshot {snapshot.watermark} of {snapshot.node}, but {last.watermark} of "
                f"{last.taken_at:%Y-%m-%d %H:%M:%S} UTC was taken; nothing was changed"
            )
    return None


def _counts(snapshot: StockSnapshot, source: str, key: str) -> list[Count]:
    return [
        Count(f"{key}:{level.sku}", level.sku, level.node, level.on_hand, source, snapshot.watermark, snapshot.taken_at)
        for level in snapshot.levels
    ]


def _note(snapshot: StockSnapshot, source: str, digest: str, *, adjusted: int, varied: int) -> None:
    SnapshotTaken.objects.update_or_create(
        node=snapshot.node, source=source, watermark=snapshot.watermark,
        defaults={"taken_at": snapshot.taken_at, "digest": digest, "levels": len(snapshot.levels),
                  "adjusted": adjusted, "varied": varied},
    )  # fmt: skip


@transaction.atomic
def accept(variance_id: int, *, by: str, reason: str) -> None:
    """A person says the count is right: the book follows it. Raises StaleCount when a later count was taken."""
    variance = Variance.objects.select_for_update().get(id=variance_id)
    if variance.state != "open":
        return
    count = Count(
        variance.key, variance.sku, variance.node, variance.counted, variance.source, variance.watermark,
        variance.taken_at,
    )  # fmt: skip
    take_count(count)
    Variance.objects.filter(id=variance_id).update(state="accepted", decided_by=by, reason=reason)


def refuse(variance_id: int, *, by: str, reason: str) -> bool:
    """A person says the count is wrong: the book stays. False when somebody has decided before."""
    open_ones = Variance.objects.filter(id=variance_id, state="open")
    return bool(open_ones.update(state="refused", decided_by=by, reason=reason))


def _vary(counts: Sequence[Count], expected: Mapping[Place, int], snapshot: StockSnapshot, source: str) -> None:
    if not counts:
        return
    Variance.objects.bulk_create(
        [
            Variance(
                key=count.key, sku=count.sku, node=count.node, source=count.source, watermark=count.watermark,
                taken_at=count.taken_at, expected=expected.get((count.sku, count.node), 0), counted=count.units,
            )
            for count in counts
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    cases.open_case(
        kind=CaseKind.BUSINESS,
        fingerprint=f"stock.variance:{source}:{snapshot.node}",
        subject=snapshot.node,
        title=f"{source} counted {len(counts)} skus at {snapshot.node} quite differently from our book",
        detail=f"The greatest: {_greatest(counts, expected)}.",
        proposal="Open the variances: accept those where the count is right, refuse the others and have them counted.",
    )


def _greatest(counts: Sequence[Count], expected: Mapping[Place, int]) -> str:
    worst = sorted(counts, key=lambda c: -abs(c.units - expected.get((c.sku, c.node), 0)))[:10]
    return "; ".join(f"{c.sku}: counted {c.units}, expected {expected.get((c.sku, c.node), 0)}" for c in worst)
