"""Read what came of snapshots, and decide variances by API."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from process_apis.stock.checking import counts
from process_apis.stock.models import SnapshotTaken, Variance
from retail_platform.kernel.problem import DomainError, NotFound


class NoSuchVariance(NotFound):
    """There is no variance with this id, or it is not yours to see."""

    title = "There is no such variance"


class AlreadyDecided(DomainError):
    """Somebody has decided this variance before. Read what was decided; a new count opens a new one."""

    kind = "variance-decided"
    title = "This was decided already"


def snapshots(*, nodes: Collection[str], node: str | None = None) -> QuerySet[SnapshotTaken]:
    """Snapshots to page through; `nodes` are those a caller may see, none of them named means all."""
    rows = SnapshotTaken.objects.filter(**({"node": node} if node else {}))
    return rows.filter(node__in=nodes) if nodes else rows


def variances(*, nodes: Collection[str], node: str | None = None, state: str = "") -> QuerySet[Variance]:
    """Variances to page through, limited likewise."""
    wanted = {"node": node, "state": state}
    rows = Variance.objects.filter(**{name: value for name, value in wanted.items() if value})
    return rows.filter(node__in=nodes) if nodes else rows


@transaction.atomic
def decide(variance_id: int, *, accept: bool, by: str, reason: str, nodes: Collection[str]) -> Variance:
    """The count is right and the book follows it, or it is wrong. Raises AlreadyDecided, NoSuchVariance, StaleCount."""
    found = variances(nodes=nodes).select_for_update().filter(id=variance_id).first()
    if found is None:
        raise NoSuchVariance("take the id from the list of variances")
    if found.state != "open":
        raise AlreadyDecided(f"{found.decided_by or 'somebody'} has {found.state} it; a new count opens a new variance")
    act = counts.accept if accept else counts.refuse
    act(variance_id, by=by[:150], reason=reason)
    found.refresh_from_db()
    return found
