"""Notice what changes without a fact: a policy begins or ends, a store goes offline, today's parcels have left.

Note [Wide changes]: what touches many skus is noted as a Recalculation and told a part at a time, so that a change of
one node among many thousand skus never keeps a sold unit from being shown.
"""

import time
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Product
from process_apis.stock.models import StockPosition
from process_apis.stock.services import SKUS_IN_A_FACT
from process_apis.stock_policy import accuracy, reading
from process_apis.stock_policy.models import PolicyKind, Recalculation, StockPolicy, Watched
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox

LOOK_EVERY_S = 5.0
_LOCK = 7_231_003  # one process looks at a time
_POLICIES, _DAY, _BUNDLE = "policies", "day", "bundle:"
_BUNDLES = """
SELECT %(prefix)s || bundle, md5(string_agg(part || ' ' || units, ' ' ORDER BY part)) FROM catalog_bundlepart
GROUP BY bundle
"""


class _Pace:
    """When this process is to look next."""

    due_at = 0.0


def sweep() -> None:
    """What the sweeper calls on each of its rounds."""
    if time.monotonic() >= _Pace.due_at:
        _Pace.due_at = time.monotonic() + LOOK_EVERY_S
        now = clock.now()
        accuracy.score_when_due(now=now)
        look(now=now)
    tell_more()


@transaction.atomic
def look(*, now: datetime) -> int:
    """Compare nodes, bundles, policies and the day with the last look. Returns how many were different."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    seen = dict(Watched.objects.values_list("key", "state"))
    there = _nodes(now=now) | _bundles() | {_POLICIES: now.isoformat(), _DAY: str(reading.today(now))}
    if not seen:
        ask(cause="first look")
        different = 1
    else:
        keys = sorted(key for key in seen.keys() | there.keys() if seen.get(key) != there.get(key))
        _carry([key for key in keys if key != _POLICIES])
        different = len(keys) - 1 + _passed(seen[_POLICIES], now=now)
    Watched.objects.exclude(key__in=there).delete()
    changed = [Watched(key=key, state=state) for key, state in there.items() if seen.get(key) != state]
    Watched.objects.bulk_create(changed, update_conflicts=True, unique_fields=["key"], update_fields=["state"])
    return different


def rule_changed(policy: StockPolicy, *, cause: str) -> None:
    """Let what a policy touches be worked out anew."""
    if policy.sku:
        tell([policy.sku], aggregate=f"stock_policy:{policy.id}")
    else:
        ask(node=policy.node, cause=cause)


def ask(*, cause: str, node: str = "") -> None:
    """Have the skus of a node, or all, worked out anew; once for all who ask before it begins."""
    if not Recalculation.objects.filter(node__in=["", node], done_to="").exists():
        Recalculation.objects.create(node=node, cause=cause[:200])


@transaction.atomic
def tell_more() -> int:
    """Tell the next part of the oldest wide change. Returns how many skus: Note [Wide changes]."""
    work = Recalculation.objects.select_for_update(skip_locked=True).order_by("asked_at", "id").first()
    if work is None:
        return 0
    rows = StockPosition.objects.filter(node=work.node) if work.node else Product.objects.filter(active=True)
    found = rows.filter(sku__gt=work.done_to).order_by("sku").values_list("sku", flat=True)
    skus = list(found[: settings.STOCK_SKUS_A_ROUND])
    tell(skus, aggregate=f"stock_policy:{work.node or 'all'}")
    if len(skus) < settings.STOCK_SKUS_A_ROUND:
        work.delete()
    else:
        Recalculation.objects.filter(id=work.id).update(done_to=skus[-1])
    return len(skus)


def tell(skus: Iterable[str], *, aggregate: str) -> None:
    """Say that what channels may sell of these skus may be different."""
    names = sorted(set(skus))
    for start in range(0, len(names), SKUS_IN_A_FACT):
        part = names[start : start + SKUS_IN_A_FACT]
        outbox.add(name="stock_policy.changed", aggregate=aggregate, data={"skus": part})


def _nodes(*, now: datetime) -> dict[str, str]:
    """Each active node as far as it matters to what channels see; its accuracy only where somebody asks for any."""
    rules, scores, _ = reading.in_force([], now=now)
    if not any(rule.kind == PolicyKind.ACCURACY_FLOOR for rule in rules.rows):
        scores = {}
    return {
        code: repr(reading.place(node, now=now, accuracy=scores.get(code)))[:500]
        for code, node in catalog.nodes().items()
    }


def _bundles() -> dict[str, str]:
    """What each bundle is made of."""
    with connection.cursor() as cursor:
        cursor.execute(_BUNDLES, {"prefix": _BUNDLE})
        return dict(cursor.fetchall())


def _carry(keys: Iterable[str]) -> None:
    """Have what each changed thing touches worked out anew."""
    for key in keys:
        if key == _DAY:
            ask(cause="a new day: promises rest on other arrivals")
        elif key.startswith(_BUNDLE):
            tell([key.removeprefix(_BUNDLE)], aggregate=f"stock_policy:{key}")
        else:
            ask(node=key, cause=f"{key} is different now")


def _passed(since: str, *, now: datetime) -> int:
    """Policies that began or ended since the last look."""
    last = datetime.fromisoformat(since)
    crossed = StockPolicy.objects.filter(
        Q(effective_from__gt=last, effective_from__lte=now) | Q(effective_until__gt=last, effective_until__lte=now)
    )
    for policy in crossed:
        rule_changed(policy, cause=f"{policy} began or ended")
    return len(crossed)
