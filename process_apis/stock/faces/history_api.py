"""A sku's position over time."""

from datetime import timedelta
from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.looking import history
from retail_platform.kernel import clock
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView

DAYS = 30


class HistoryQuery(StrictSerializer):
    node = serializers.CharField(max_length=32, required=False)
    until = serializers.DateTimeField(required=False, help_text="default: now")
    examples = {"node": "WH-1", "from": "2026-02-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}

    def get_fields(self) -> dict[str, serializers.Field]:  # `from` is a word of the language
        since = serializers.DateTimeField(required=False, help_text=f"default: {DAYS} days before `until`")
        return {**super().get_fields(), "from": since}


class HistoryLineOut(StrictSerializer):
    node = serializers.CharField()
    on_hand = serializers.ListField(child=serializers.IntegerField(), help_text="one for each instant of `at`")
    promised = serializers.ListField(child=serializers.IntegerField(), help_text="reserved and allocated, likewise")
    free = serializers.ListField(child=serializers.IntegerField(), help_text="what could still be promised, likewise")
    reserved = serializers.IntegerField(help_text="now", source="now.reserved")
    allocated = serializers.IntegerField(help_text="now", source="now.allocated")


class HistoryOut(StrictSerializer):
    sku = serializers.CharField()
    at = serializers.ListField(child=serializers.DateTimeField())
    lines = HistoryLineOut(many=True)


_HISTORY = {
    "sku": "SKU-00001",
    "at": ["2026-02-01T00:00:00Z", "2026-02-15T00:00:00Z", "2026-03-01T00:00:00Z"],
    "lines": [
        {
            "node": "WH-1",
            "on_hand": [100, 88, 74],
            "promised": [0, 6, 3],
            "free": [100, 82, 71],
            "reserved": 2,
            "allocated": 1,
        }
    ],
}


class HistoryView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = HistoryQuery
    path_examples = {"sku": "SKU-00001"}

    @extend_schema(
        operation_id="stock_history",
        summary="What was on hand, promised and free of a sku, over time",
        description=(
            "At each of 121 instants: on hand is the sum of its movements by when they happened, promised what orders "
            "and holds had of it, free what was left with the limit of promises of now."
        ),
        responses={200: HistoryOut, 404: None},
        examples=[example("a month", _HISTORY, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, sku: str) -> Response:
        until = self.query.get("until") or clock.now()
        since = self.query.get("from") or until - timedelta(days=DAYS)
        nodes = cast(Principal, request.user).stores
        found = history.of(sku, nodes=nodes, since=since, until=until, node=self.query.get("node"))
        return Response(HistoryOut(found).data)
