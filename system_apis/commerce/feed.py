"""Ask shops that tell nobody of their orders what changed, and keep each order once in the inbox.

Note [Cursor after orders]: the orders of a page and the cursor behind them are written in one commit. Whoever is killed
in between asks for the same page again, and the inbox knows what it has.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from system_apis.commerce.gateway import FEEDS
from system_apis.connections import queries
from system_apis.connections.models import Connection, Kind
from system_apis.inbox import services as inbox
from system_apis.inbox.models import FeedCursor

FACT, TOPIC = "commerce.order_received", "feed/order"
_PAGES = 20  # in one go; the rest follows at once in the next


def due(*, now: datetime) -> list[str]:
    """The codes of feeds that nobody has asked for a while. Whoever gets a code is the one to ask it."""
    found = []
    for connection in Connection.objects.filter(kind=Kind.COMMERCE, active=True, vendor__in=FEEDS):
        cursor, _ = FeedCursor.objects.get_or_create(connection=connection)
        free = Q(next_at__isnull=True) | Q(next_at__lte=now)
        claimed = FeedCursor.objects.filter(free, id=cursor.id).update(
            next_at=now + timedelta(seconds=settings.FEED_POLL_S)
        )
        if claimed:
            found.append(connection.code)
    return found


def ask_soon(code: str) -> None:
    """Have a feed asked at the sweeper's next round, rather than at its turn."""
    FeedCursor.objects.filter(connection__code=code).update(next_at=None)


def take_in(code: str, *, now: datetime) -> int:
    """Ask one feed until it has nothing new. Returns how many orders were new. Raises SystemFault."""
    connection = queries.active(kind="commerce", code=code)
    feed = queries.choice(connection, FEEDS)(connection)
    cursor, _ = FeedCursor.objects.get_or_create(connection=connection)
    new, at = 0, cursor.cursor
    for _ in range(_PAGES):
        page = feed.changed_since(at)
        if page.cursor == at:
            break
        with transaction.atomic():  # Note [Cursor after orders]
            for item in page.items:
                receipt = inbox.receive(
                    connection=connection,
                    event_id=f"feed:{item.channel_order_id}:{item.version}",
                    topic=TOPIC,
                    fact_name=FACT,
                    raw=item.raw,
                    headers={},
                    now=now,
                )
                new += receipt.new
            at = page.cursor
            FeedCursor.objects.filter(id=cursor.id).update(cursor=at, asked_at=now)
    return new
