"""What came of telling a shop, written into the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from process_apis.publication.models import ChannelLevel, ChannelShop, Sending
from process_apis.publication.weighing import LOCK
from retail_platform.kernel import clock

HOLD = timedelta(hours=1)  # before a sku that the shop does not know is told again by itself
_TOLD = """
UPDATE publication_channellevel level
SET told = CASE WHEN new.state = 'told' THEN new.units ELSE level.told END,
    told_at = CASE WHEN new.state = 'told' THEN %(now)s ELSE level.told_at END,
    shown = new.shown, problem = new.problem,
    hold_until = CASE WHEN new.state = 'refused' THEN %(later)s END,
    weighed = CASE WHEN new.state = 'stale' THEN 0 ELSE level.weighed END,
    dirty_since = CASE WHEN new.state = 'refused' OR (new.state = 'told' AND level.version = new.version) THEN NULL
                       WHEN new.state = 'told' THEN new.weighed_at ELSE level.dirty_since END,
    due_at = CASE WHEN new.state = 'refused' THEN %(later)s
                  WHEN new.state = 'stale' THEN %(soon)s
                  WHEN new.state = 'told' AND level.version = new.version THEN NULL
                  WHEN new.state = 'told' THEN %(window)s ELSE level.due_at END
FROM unnest(%(sku)s::text[], %(version)s::bigint[], %(weighed_at)s::timestamptz[], %(units)s::bigint[],
            %(state)s::text[], %(shown)s::bigint[], %(problem)s::text[])
     AS new (sku, version, weighed_at, units, state, shown, problem)
WHERE level.channel = %(channel)s AND level.sku = new.sku
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One row as it was sent, and what came of it: `shown` is None when the shop is to be asked again."""

    level: ChannelLevel
    state: str  # told | stale | refused | again | unsure
    shown: int | None = None
    problem: str = ""


def write(shop: ChannelShop, told: Sequence[Told], *, took_ms: int) -> None:
    """Write down what came of one call, unless another publisher has taken the channel. Newer changes stay due."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        if not ChannelShop.objects.select_for_update().filter(channel=shop.channel, fence=shop.fence).exists():
            return
        cursor.execute(LOCK, {"channel": shop.channel, "sku": [each.level.sku for each in told]})
        cursor.execute(_TOLD, _columns(shop.channel, told, now))
        waits = [_ms(now - each.level.dirty_since) for each in told if each.state == "told" and each.level.dirty_since]
        counts = {state: sum(each.state == state for each in told) for state in ("told", "stale", "refused")}
        Sending.objects.create(channel=shop.channel, at=now, took_ms=took_ms, waits_ms=waits, **counts)
        ChannelShop.objects.filter(channel=shop.channel).update(
            told=F("told") + counts["told"],
            conflicts=F("conflicts") + counts["stale"],
            **({"last_told_at": now} if counts["told"] else {}),
        )


def _columns(channel: str, told: Sequence[Told], now: datetime) -> dict[str, Any]:
    return {
        "channel": channel,
        "now": now,
        "later": now + HOLD,
        "soon": now + timedelta(seconds=settings.PUBLISH_CONFLICT_S),
        "window": now + timedelta(seconds=settings.PUBLISH_COALESCE_S),
        "sku": [each.level.sku for each in told],
        "version": [each.level.weighed for each in told],
        "weighed_at": [each.level.weighed_at for each in told],
        "units": [each.level.wanted for each in told],
        "state": [each.state for each in told],
        "shown": [each.shown for each in told],
        "problem": [each.problem[:300] for each in told],
    }


def forget_old() -> None:
    """Forget calls made long ago."""
    before = clock.now() - timedelta(days=settings.PUBLISH_KEEP_DAYS)
    Sending.objects.filter(at__lt=before).delete()


def _ms(span: timedelta) -> int:
    return max(int(span.total_seconds() * 1000), 0)


def count_drift(shop: ChannelShop, skus: int) -> None:
    """Count skus of which the shop showed something else than we had told it."""
    ChannelShop.objects.filter(channel=shop.channel).update(drifted=F("drifted") + skus)
