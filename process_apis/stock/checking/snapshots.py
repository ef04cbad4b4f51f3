"""Ask the systems that keep goods what they have, each night and on demand, and hold the answer against the book.

The owner of on_hand in a node is believed within tolerance; anybody else's snapshot is compared and never applied.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from canonical.stock import StockSnapshot
from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.catalog.models import Node
from process_apis.stock.checking import counts
from process_apis.stock.checking.counts import Compared, StaleCount
from process_apis.stock.models import SnapshotDue, StockOwner
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.problem import DomainError, NotFound
from system_apis.connections.models import Connection
from system_apis.erp.gateway import erp
from system_apis.wms.gateway import wms

DUE_AT_ONCE = 50


class NobodyToAsk(DomainError):
    """No connected system keeps the goods of this node. Name the owner of on_hand, or connect it."""

    kind = "nobody-to-ask"
    title = "Nobody can be asked for a snapshot"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking one system about one node; `compared` is None for a snapshot that was older than the last."""

    node: str
    source: str
    owner: bool
    compared: Compared | None
    detail: str = ""


def ask(node: str, *, source: str = "") -> Answer:
    """Fetch the snapshot of a node from its owner, or from `source`, and take it. Raises SystemFault and NotFound."""
    found = Node.objects.filter(code=node).first()
    if found is None:
        raise NotFound(f"there is no node {node}")
    owner = StockOwner.objects.filter(node_kind=found.kind, state="on_hand").values_list("source", flat=True).first()
    source = source or owner or ""
    return take(_fetch(node, source), source=source, owner=source == owner)


def take(snapshot: StockSnapshot, *, source: str, owner: bool) -> Answer:
    """Hold a snapshot against the book. One older than the last changes nothing, and is a case."""
    try:
        compared = counts.take_snapshot(snapshot, source=source) if owner else counts.compare(snapshot, source=source)
    except StaleCount as stale:
        cases.open_case(
            kind=CaseKind.BUSINESS,
            fingerprint=f"stock.stale:{source}:{snapshot.node}",
            subject=snapshot.node,
            title=f"{source} sent a snapshot of {snapshot.node} that is older than the last",
            detail=stale.detail,
            proposal="Find out why the system goes back in time (a restored copy?); it is compared again next time.",
        )
        return Answer(snapshot.node, source, owner, None, stale.detail)
    return Answer(snapshot.node, source, owner, compared)


def ask_due() -> int:
    """Say of each node whose time has come that it is due; a journey asks, tries again, and parks. Returns how many."""
    now = clock.now()
    with transaction.atomic():
        due = list(SnapshotDue.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)[:DUE_AT_ONCE])
        for each in due:
            with correlation.use(correlation.new()):
                number = f"{each.node}:{each.due_at:%Y-%m-%d}"
                outbox.add(
                    name="stock.snapshot_due", aggregate=f"snapshot:{each.node}",
                    data={"snapshot": number, "node": each.node},
                )  # fmt: skip
            SnapshotDue.objects.filter(node=each.node).update(due_at=next_night(now))
        if not due and SnapshotDue.objects.count() != Node.objects.filter(active=True).count():
            _follow_the_catalog(now)
    return len(due)


def next_night(now: datetime) -> datetime:
    """The next time that is STOCK_SNAPSHOTS_AT, UTC."""
    tonight = datetime.combine(now.date(), time.fromisoformat(settings.STOCK_SNAPSHOTS_AT), tzinfo=now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)


def _follow_the_catalog(now: datetime) -> None:
    active = Node.objects.filter(active=True).values_list("code", flat=True)
    SnapshotDue.objects.exclude(node__in=active).delete()
    rows = [SnapshotDue(node=code, due_at=next_night(now)) for code in active]
    SnapshotDue.objects.bulk_create(rows, ignore_conflicts=True)


def _fetch(node: str, source: str) -> StockSnapshot:
    kind = Connection.objects.filter(code=source).values_list("kind", flat=True).first()
    match kind:
        case "wms":
            return wms(source).stock_snapshot(node=node)
        case "erp":
            return erp(source).stock_snapshot(node=node)
    raise NobodyToAsk(f"{source or 'nobody'} keeps the goods of {node}, and is no connected WMS or ERP")
