"""Read what can be had, as it was rendered."""

from collections.abc import Sequence
from datetime import datetime

from experience_apis.availability.fragment import unknown
from experience_apis.availability.models import AvailabilityRow
from retail_platform.kernel.outbox.models import Fact, FactState


def fragments(skus: Sequence[str], *, channel: str) -> list[str]:
    """The JSON of each sku in the order asked for; one that nobody knows has status "unknown"."""
    found = dict(AvailabilityRow.objects.filter(channel=channel, sku__in=skus).values_list("sku", "body"))
    return [found.get(sku) or unknown(sku) for sku in skus]


def current_until(*, now: datetime) -> datetime:
    """The moment up to which every change of stock is in what is shown: now, or the oldest change still on its way."""
    waiting = Fact.objects.filter(state=FactState.PENDING, name="stock.changed").order_by("id")
    oldest = waiting.values_list("created_at", flat=True).first()
    return min(oldest, now) if oldest else now
