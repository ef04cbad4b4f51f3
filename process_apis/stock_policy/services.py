"""What channels may sell, by the stock book and the policies in force."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel
from process_apis.stock_policy import offers, reading
from process_apis.stock_policy.offers import Book, Offer
from retail_platform.kernel.problem import NotFound


def to_sell(skus: Collection[str], *, channel: str, now: datetime) -> dict[str, Offer]:
    """What a channel may sell of each of these skus, with the reasons. The same few questions however many skus."""
    return from_book(reading.book(skus, now=now), skus, channel=channel, now=now)


def by_channels(
    skus: Collection[str], *, channels: Sequence[str], now: datetime
) -> list[tuple[list[str], dict[str, Offer]]]:
    """Likewise for many channels: those for which no rule in force differs come together, worked out once."""
    book = reading.book(skus, now=now)
    own = [channel for channel in channels if channel in book.rules.channels]
    alike = [channel for channel in channels if channel not in book.rules.channels]
    groups = [[channel] for channel in own] + ([alike] if alike else [])
    return [(group, from_book(book, skus, channel=group[0], now=now)) for group in groups]


def explained(sku: str, *, now: datetime) -> dict[str, Offer]:
    """What each active channel may sell of one sku. Raises NotFound for one that is not sold."""
    if not catalog.products([sku]):
        raise NotFound(f"there is no sku {sku}; see the products in the admin for what is sold")
    channels = list(Channel.objects.filter(active=True).order_by("code").values_list("code", flat=True))
    found = by_channels([sku], channels=channels, now=now)
    return {code: of_group[sku] for group, of_group in found for code in group}


def from_book(book: Book, skus: Iterable[str], *, channel: str, now: datetime) -> dict[str, Offer]:
    """The offers of a book that was read before."""
    today = reading.today(now)
    return {sku: offers.offer(sku, book=book, channel=channel, today=today) for sku in skus}
