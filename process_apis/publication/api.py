"""How far behind each channel is, and what it was told of each sku."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.publication import lag
from process_apis.publication.models import ChannelLevel
from process_apis.publication.serializers import ChannelLagOut, ChannelLagsOut, LevelOut, LevelsOut, LevelsQuery
from retail_platform.kernel import clock
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

_LAG = {
    "channel": "shop",
    "connection": "shop",
    "skus": 500,
    "waiting": 3,
    "oldest_waiting_s": 1.204,
    "p50_s": 3.1,
    "p95_s": 5.9,
    "longest_s": 6.4,
    "refused": 0,
    "conflicts": 12,
    "drifted": 0,
    "told": 2140,
    "failures": 0,
    "last_fault": "",
    "retry_at": None,
    "last_told_at": "2026-03-01T09:30:01Z",
    "full_at": "2026-03-01T02:00:00Z",
    "full_due_at": "2026-03-02T02:00:00Z",
}
_LEVEL = {
    "channel": "shop",
    "sku": "SKU-00001",
    "wanted": 71,
    "told": 74,
    "told_at": "2026-03-01T09:29:40Z",
    "shown": 74,
    "dirty_since": "2026-03-01T09:30:00Z",
    "problem": "",
}


class ChannelsView(ApiView):
    required_scopes = {"GET": "process.read"}

    @extend_schema(
        operation_id="publication_channels",
        summary="How far behind each channel is",
        description="Every channel whose shop is told how many it may sell. Figures are told a few seconds after a "
        "change, at once when one passes zero or a threshold, and compared with the shop every night.",
        responses={200: ChannelLagsOut},
        examples=[example("one channel", {"items": [_LAG]}, status=200)],
        tags=["publication"],
    )
    def get(self, request: Request) -> Response:
        known = ChannelLagOut().fields
        rows = [asdict(each) for each in lag.by_channel(now=clock.now())]
        items = [{str(name): row[str(name)] for name in known} for row in rows]
        return Response({"items": ChannelLagOut(items, many=True).data})


class LevelsView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = LevelsQuery

    @extend_schema(
        operation_id="publication_levels",
        summary="What each channel was told of each sku",
        responses={200: LevelsOut},
        examples=[example("a change on its way", {"items": [_LEVEL], "next": None}, status=200)],
        tags=["publication"],
    )
    def get(self, request: Request) -> Response:
        wanted = {name: self.query[name] for name in ("channel", "sku") if self.query.get(name)}
        rows = ChannelLevel.objects.filter(**wanted)
        return Response(page(rows, order=["channel", "sku"], query=self.query, show=lambda row: LevelOut(row).data))
