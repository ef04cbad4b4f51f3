"""Analytics: every fact, in order, for a warehouse of data to follow."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.analytics import queries, serializers
from experience_apis.analytics.serializers import ChangesOut, ChangesQuery
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

_FACT = {
    "specversion": "1.0",
    "id": "0d2f6a10-2001-4000-8000-000000000004",
    "type": "order.placed",
    "source": "/retail-platform",
    "subject": "order:DEMO-1001",
    "time": "2026-03-01T09:30:00Z",
    "datacontenttype": "application/json",
    "correlationid": "4bf92f3577b34da6a3ce929d0e0e4736",
    "sequence": 1,
    "data": {"order_number": "DEMO-1001", "channel": "web"},
}
_CHANGES = {"items": [_FACT], "next": "NDI:1vMnLa:9nGkHq0iVxVbJ6tQd0", "more": False}


class ChangesView(ApiView):
    required_scopes = {"GET": "analytics.read"}
    every_channel = True
    query_serializer = ChangesQuery

    @extend_schema(
        operation_id="changes",
        summary="What happened, fact by fact, in order",
        description="Keep `next` with what you have stored of an answer, and ask with it as `after`: no fact is missed "
        "and none comes twice. Facts of one subject come in their `sequence`. A fact appears once all others that "
        "were being written when it was are committed, usually within a second; one that takes long delays the stream "
        "and loses nothing. Facts are kept for good: a cursor never runs out, an empty one starts at the first fact. "
        "With `name` an answer may hold few facts or none while `more` is true: go on with `next`.",
        responses={200: ChangesOut},
        examples=[example("one fact", _CHANGES, status=200)],
        tags=["analytics"],
    )
    def get(self, request: Request) -> Response:
        found = queries.changes(after=self.query["after"], names=self.query["name"], limit=self.query["limit"])
        items = [serializers.fact(row) for row in found.facts]
        return Response({"items": items, "next": found.next, "more": found.more})
