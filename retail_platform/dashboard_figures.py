"""The dashboard's figures: aggregates of the last day, one query each, right with empty tables."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncHour

from canonical.money import Money
from process_apis.cases.models import Case, CaseState
from process_apis.engine.models import FINISHED, ProcessRun
from process_apis.ledger import services as ledger
from process_apis.ledger.models import JournalLine
from process_apis.orders.models import Order
from process_apis.pickups import queries as pickups
from process_apis.pickups.decisions import OPEN as PICKUPS_OPEN
from process_apis.pickups.models import Pickup
from process_apis.returns.models import Return
from process_apis.stock.models import StockPosition
from retail_platform.kernel.outbox.models import Fact, FactState
from system_apis.connections.models import BreakerState, Connection

FEW = 5  # free units of a sku, all nodes together, from which on it is an alert
MOST_ALERTS = 500
LATE_S = 30  # an outbox this far behind is in trouble
DAY = timedelta(days=1)

_LATENCY = """
SELECT process, count(*), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP
       (ORDER BY extract(epoch FROM finished_at - created_at)::float8)
FROM engine_processrun WHERE state IN ('done', 'undone') AND created_at >= %s AND finished_at IS NOT NULL
GROUP BY process ORDER BY process
"""


class Latency(NamedTuple):
    process: str
    runs: int
    p50_s: float
    p95_s: float


def orders_by_hour(now: datetime) -> dict[datetime, dict[str, int]]:
    """The last 24 hours, oldest first, quiet ones too: how many orders came in and in which state they are now."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours: dict[datetime, dict[str, int]] = {last - timedelta(hours=back): {} for back in range(23, -1, -1)}
    rows = (
        Order.objects.filter(received_at__gte=last - timedelta(hours=23))
        .annotate(hour=TruncHour("received_at", tzinfo=UTC))
        .values_list("hour", "state")
        .annotate(orders=Count("id"))
        .order_by()
    )
    for hour, state, orders in rows:
        hours.setdefault(hour, {})[state] = orders
    return hours


def run_latency(now: datetime) -> Sequence[Latency]:
    """Median and 95th percentile of the time runs took, by journey."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENCY, [now - DAY])
        return [Latency(process, runs, *shares) for process, runs, shares in cursor.fetchall()]


def open_runs() -> dict[str, int]:
    """Runs that are not over, by state."""
    rows = ProcessRun.objects.exclude(state__in=FINISHED).values_list("state").annotate(runs=Count("id")).order_by()
    return dict(rows)


def open_cases(now: datetime) -> dict[str, dict[str, int]]:
    """Owner → age ("hour", "day", "older") → open cases."""
    hour, day = Q(opened_at__gte=now - timedelta(hours=1)), Q(opened_at__gte=now - DAY)
    rows = (
        Case.objects.filter(state=CaseState.OPEN)
        .values_list("owner")
        .annotate(hour=Count("id", filter=hour), day=Count("id", filter=day & ~hour), older=Count("id", filter=~day))
        .order_by("owner")
    )
    return {owner: {"hour": new, "day": recent, "older": old} for owner, new, recent, old in rows}


def stock_alerts() -> list[tuple[str, int, int]]:
    """Skus of which few are free anywhere: (sku, on hand, reserved), fewest first."""
    rows = (
        StockPosition.objects.values("sku")
        .annotate(held=Sum("on_hand"), promised=Sum("reserved"))
        .filter(held__lte=F("promised") + FEW)
        .order_by(F("held") - F("promised"), "sku")
    )
    return [(row["sku"], int(row["held"]), int(row["promised"])) for row in rows[:MOST_ALERTS]]


def pickups_open() -> dict[str, int]:
    """Pickups that are still to be dealt with, by state."""
    rows = Pickup.objects.filter(state__in=PICKUPS_OPEN).values_list("state").annotate(Count("id")).order_by()
    return dict(rows)


def pickup_rejections(now: datetime) -> dict[str, int]:
    """What stores could not hand over within thirty days: reason → how many, the most first."""
    found: dict[str, int] = {}
    for _, reason, count in pickups.rejections(since=now - timedelta(days=30)):
        found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def returns_by_state(now: datetime) -> dict[str, int]:
    """Returns asked for within thirty days, by the state they are in now."""
    recent = Return.objects.filter(requested_at__gte=now - timedelta(days=30))
    return dict(recent.values_list("state").annotate(Count("id")).order_by())


def outbox_lag() -> tuple[int, datetime | None]:
    """How many facts wait to be told, and since when the oldest does."""
    found = Fact.objects.filter(state=FactState.PENDING).aggregate(waiting=Count("id"), oldest=Min("created_at"))
    return found["waiting"], found["oldest"]


def booked_today() -> tuple[int, list[Money]]:
    """Entries of the ledger's day, and their debits by currency."""
    rows = (
        JournalLine.objects.filter(
            entry__entity=settings.LEGAL_ENTITY, entry__booked_on=ledger.business_day(), amount_minor__gt=0
        )
        .values_list("entry__currency")
        .annotate(entries=Count("entry", distinct=True), debits=Sum("amount_minor"))
        .order_by("entry__currency")
    )
    found = list(rows)
    return sum(row[1] for row in found), [Money(minor=int(row[2]), currency=row[0]) for row in found]


def breakers() -> tuple[int, int]:
    """Active connections, and how many of them are cut off."""
    active = Connection.objects.filter(active=True)
    found = active.aggregate(all=Count("id"), cut=Count("id", filter=~Q(breaker_state=BreakerState.CLOSED)))
    return found["all"], found["cut"]
