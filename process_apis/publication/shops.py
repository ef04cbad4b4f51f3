"""The shops that are told of stock, and the one publisher each may have at a time.

Note [One publisher a channel]: whoever tells a channel holds its lease, renewed before each call. Should two ever be at
it (a process that slept through its lease), compare and set at the shop and the fence here stop the slower one.

Note [One struggling shop at a time]: a shop that hangs keeps a worker until the deadline of the call; orders need it.
So of the shops whose last call failed only one is tried at a time, each after twice the pause of the time before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from process_apis.catalog.models import Channel
from process_apis.engine.lease import LostLease, in_seconds
from process_apis.publication.models import ChannelShop
from system_apis.commerce.gateway import commerce
from system_apis.connections import queries as connections
from system_apis.errors import SystemFault

LEASE_S = 15  # longer than the slowest single call to a vendor (transport's total deadline is 8 s)
MOST_RETRY_S = 300.0
_CLAIM_LOCK = 7_231_012  # the name of claiming among PostgreSQL's advisory locks: each sees the lease of the one before
_CLAIM = """
UPDATE publication_channelshop SET fence = fence + 1, lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE channel = %(channel)s AND active AND (lease_until IS NULL OR lease_until < clock_timestamp())
  AND (retry_at IS NULL OR retry_at <= clock_timestamp())
  AND (failures = 0 OR NOT EXISTS (SELECT 1 FROM publication_channelshop other
                                   WHERE other.failures > 0 AND other.lease_until >= clock_timestamp()))
RETURNING *
"""


def look_up() -> list[str]:
    """Bring the rows in line with the connections there are. Returns the channels whose shops take stock."""
    selling = set(Channel.objects.filter(active=True).values_list("code", flat=True))
    taking = {
        each.channel: each.code
        for each in connections.everything()
        if each.active and each.kind == "commerce" and each.channel in selling and _takes_stock(each.code)
    }
    known = dict(ChannelShop.objects.filter(active=True).values_list("channel", "connection"))
    if known != taking:
        ChannelShop.objects.bulk_create(
            [ChannelShop(channel=channel, connection=code, full_due_at=Now()) for channel, code in taking.items()],
            update_conflicts=True,
            unique_fields=["channel"],
            update_fields=["connection"],
        )
        ChannelShop.objects.filter(channel__in=taking).update(active=True)
        ChannelShop.objects.exclude(channel__in=taking).update(active=False)
    return sorted(taking)


def _takes_stock(code: str) -> bool:
    try:
        return commerce(code=code).stock_place() is not None
    except SystemFault:  # a vendor we do not speak to
        return False


def claim(channel: str) -> ChannelShop | None:
    """Become the channel's publisher. None when another is at it, or the shop is to be left alone for now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
        found = list(ChannelShop.objects.raw(_CLAIM, {"channel": channel, "lease": LEASE_S}))
    return found[0] if found else None


def keeper(shop: ChannelShop) -> Callable[[], None]:
    """What renews the lease before each call. Raises LostLease when somebody else has the channel."""

    def renew() -> None:
        if not _own(shop, lease_until=in_seconds(LEASE_S)):
            raise LostLease(shop.channel)

    return renew


def rest(shop: ChannelShop) -> None:
    """All that was due has been told, or time is up: let go."""
    _own(shop, lease_until=None, retry_at=None, failures=0, last_fault="")


def failed(shop: ChannelShop, fault: SystemFault, *, retry_after_s: float | None) -> None:
    """Let go, and leave the shop alone for as long as it asked, or twice as long as the last time."""
    wait_s = min(max(retry_after_s or 0.0, 0.5 * 2 ** min(shop.failures, 10)), MOST_RETRY_S)
    _own(
        shop,
        lease_until=None,
        retry_at=in_seconds(wait_s),
        failures=shop.failures + 1,
        last_fault=f"{type(fault).__name__}: {fault}"[:300],
    )


def next_full(now: datetime) -> datetime:
    """When the nightly pass is due again."""
    tonight = now.replace(hour=settings.PUBLISH_FULL_HOUR % 24, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def _own(shop: ChannelShop, **changes: object) -> bool:
    return ChannelShop.objects.filter(channel=shop.channel, fence=shop.fence).update(**changes) == 1
