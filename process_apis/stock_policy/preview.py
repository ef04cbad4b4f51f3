"""What a policy would change, before anybody says yes: each sku it touches, per channel, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, Product
from process_apis.stock.models import StockPosition
from process_apis.stock_policy import reading, services
from process_apis.stock_policy.rules import Rule, Rules

SHOWN_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What one sku shows in one channel."""

    sku: str
    channel: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The changes for the first skus touched, and how many skus more there are."""

    changes: tuple[Change, ...]
    skus: int
    more: int

    @property
    def different(self) -> int:
        return sum(change.before != change.after for change in self.changes)


def of_rule(rule: Rule, *, now: datetime, since: datetime | None = None) -> Preview:
    """What it would mean to put a rule in force: of today's goods, by the other rules in force when it begins."""
    return _compare(rule, at=max(now, since or now), now=now, with_it=True)


def of_closing(rule: Rule, *, now: datetime) -> Preview:
    """What it would mean to end one that is in force."""
    return _compare(rule, at=now, now=now, with_it=False)


def _compare(rule: Rule, *, at: datetime, now: datetime, with_it: bool) -> Preview:
    skus, more = _touched(rule)
    book = reading.book(skus, now=now)
    standing: Rules = reading.in_force(skus, now=at).rules
    coming = standing.with_rule(rule) if with_it else standing.without(rule)
    changes = []
    for channel in _channels(rule):
        before = services.from_book(replace(book, rules=standing), skus, channel=channel, now=now)
        after = services.from_book(replace(book, rules=coming), skus, channel=channel, now=now)
        changes += [Change(sku, channel, before[sku].available, after[sku].available) for sku in skus]
    return Preview(tuple(sorted(changes, key=lambda change: (change.sku, change.channel))), len(skus), more)


def _touched(rule: Rule) -> tuple[list[str], int]:
    """The first skus a rule may touch, and how many more there are."""
    if rule.sku:
        found = sorted({rule.sku, *catalog.bundles_with([rule.sku])})
        return found[:SHOWN_AT_MOST], max(0, len(found) - SHOWN_AT_MOST)
    rows = Product.objects.filter(active=True)
    if rule.node:
        rows = rows.filter(sku__in=StockPosition.objects.filter(node=rule.node).values("sku"))
    skus = list(rows.order_by("sku").values_list("sku", flat=True)[:SHOWN_AT_MOST])
    return skus, rows.count() - len(skus)


def _channels(rule: Rule) -> Sequence[str]:
    if rule.channel:
        return [rule.channel]
    return list(Channel.objects.filter(active=True).order_by("code").values_list("code", flat=True))
