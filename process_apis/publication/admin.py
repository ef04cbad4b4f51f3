"""Publication in the admin: how far behind each channel is, what it was told, and a curve of the waits."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.decorators import display

from process_apis.publication import lag
from process_apis.publication.models import ChannelLevel, ChannelShop, Sending
from retail_platform.kernel import clock
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, duration, label, link, list_link, moment, number

_CURVE = """
SELECT to_char(date_trunc('minute', at AT TIME ZONE 'UTC'), 'HH24:MI') AS minute,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY wait), percentile_disc(0.95) WITHIN GROUP (ORDER BY wait)
FROM publication_sending CROSS JOIN LATERAL unnest(waits_ms) AS wait
WHERE channel = %(channel)s AND at > %(since)s GROUP BY date_trunc('minute', at AT TIME ZONE 'UTC') ORDER BY min(at)
"""


class StandFilter(admin.SimpleListFilter):
    """Levels by what became of them."""

    title = "stand"
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "not told yet"), ("refused", "not taken by the shop"), ("told", "told")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "waiting":
                return queryset.filter(dirty_since__isnull=False)
            case "refused":
                return queryset.exclude(problem="")
            case "told":
                return queryset.filter(told=F("wanted"), dirty_since=None)
        return queryset


@admin.register(ChannelShop)
class ChannelShopAdmin(ReadOnlyAdmin):
    """One channel whose shop is told of stock."""

    list_display = ("channel", "connection", "state", "last_told_at", "told", "conflicts", "drifted", "full_at")
    search_fields = ("=channel", "=connection")
    ordering = ("channel",)
    fields = (
        ("state", "connection"), ("last_told_at", "told"), ("conflicts", "drifted"), ("full_at", "full_due_at"),
        ("failures", "retry_at"), "last_fault", "curve",
    )  # fmt: skip
    readonly_fields = ("state", "curve")

    @display(description="state")
    def state(self, shop: ChannelShop) -> str:
        if not shop.active:
            return label("not told", "")
        return label("failing", "danger") if shop.failures else label("told", "success")

    @display(description="from change to channel told, last hour (seconds)")
    def curve(self, shop: ChannelShop) -> str:
        with connection.cursor() as cursor:
            cursor.execute(_CURVE, {"channel": shop.channel, "since": clock.now() - timedelta(hours=1)})
            rows = cursor.fetchall()
        if not rows:
            return "Nothing was told within the last hour."
        series = (("half are faster than", 1, "#14b8a6"), ("19 of 20 are faster than", 2, "#f59e0b"))
        data = {
            "labels": [row[0] for row in rows],
            "datasets": [
                {
                    "label": name,
                    "data": [row[at] / 1000 for row in rows],
                    "borderColor": colour,
                    "backgroundColor": colour,
                }
                for name, at, colour in series
            ],
        }
        options = {"plugins": {"legend": {"display": True}}, "scales": {"y": {"beginAtZero": True, "display": True}}}
        chart = {"data": json.dumps(data), "options": json.dumps(options), "class": "desk-chart", "height": 220}
        return render_to_string("unfold/components/chart/line.html", chart)

    def tables(self, request: HttpRequest, obj: ChannelShop) -> list[Table]:
        found = [each for each in lag.by_channel(now=clock.now(), all_of_them=True) if each.channel == obj.channel]
        now = [
            (list_link("publication_channellevel", each.waiting, channel=obj.channel, stand="waiting"),
             duration(each.oldest_waiting_s), duration(each.p50_s), duration(each.p95_s),
             list_link("publication_channellevel", each.refused, channel=obj.channel, stand="refused"))
            for each in found
        ]  # fmt: skip
        lately = Sending.objects.filter(channel=obj.channel).order_by("-id")[:50]
        calls = [
            (moment(each.at), number(each.told), number(each.stale), number(each.refused),
             duration(each.took_ms / 1000), duration(max(each.waits_ms) / 1000) if each.waits_ms else "")
            for each in lately
        ]  # fmt: skip
        return [
            Table("Now", ("waiting", "oldest waits", "half within", "19 of 20 within", "not taken"), now),
            Table("Latest calls", ("at", "told", "changed there", "not taken", "took", "longest wait"), calls),
        ]


@admin.register(ChannelLevel)
class ChannelLevelAdmin(ReadOnlyAdmin):
    """What one channel was told of one sku."""

    list_display = ("sku", "channel", "wanted", "told", "shown", "told_at", "dirty_since", "problem")
    list_filter = (StandFilter, "channel")
    search_fields = ("=sku",)
    ordering = ("channel", "sku")
    fields = (
        ("product", "channel"), ("wanted", "told"), ("shown", "told_at"), ("dirty_since", "due_at"),
        ("hold_until", "problem"),
    )  # fmt: skip
    readonly_fields = ("product",)

    @display(description="sku")
    def product(self, level: ChannelLevel) -> str:
        return link("catalog_product", level.sku)
