"""Which lots lie where, and until when they are good, as the owner of the goods tells it."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.faces.serializers import NODE, SKU, StockQuery
from process_apis.stock.incoming import lots
from process_apis.stock.incoming.lots import ToldLot
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView


class LotIn(StrictSerializer):
    sku = serializers.RegexField(SKU, max_length=64)
    node = serializers.RegexField(NODE, max_length=32)
    lot = serializers.CharField(max_length=64, help_text="its number, or the serial number of a single piece")
    units = serializers.IntegerField(min_value=0, max_value=1_000_000_000, help_text="there now; 0: it is gone")
    expires_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="its last good day")
    source = serializers.CharField(max_length=64, help_text="the system that says so")  # type: ignore[assignment]


class LotsIn(StrictSerializer):
    lots = LotIn(many=True, min_length=1, max_length=1000)  # type: ignore[call-arg]  # DRF hands them on


class LotsTakenOut(StrictSerializer):
    standing = serializers.IntegerField(help_text="how many of them hold something")


class LotOut(LotIn):
    updated_at = serializers.DateTimeField()


class LotsOut(StrictSerializer):
    items = LotOut(many=True)
    next = serializers.CharField(allow_null=True)


_LOT = {
    "sku": "SKU-00001", "node": "WH-1", "lot": "L-2026-07", "units": 6, "expires_on": "2035-03-31", "source": "wms",
}  # fmt: skip


class LotsView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    query_serializer = StockQuery

    @extend_schema(
        operation_id="stock_lots",
        summary="Lots and when they end",
        responses={200: LotsOut},
        examples=[
            example("one", {"items": [{**_LOT, "updated_at": "2026-03-01T09:30:00Z"}], "next": None}, status=200)
        ],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        seen = cast(Principal, request.user).stores
        rows = lots.seen(nodes=seen, sku=self.query.get("sku"), node=self.query.get("node"))
        return Response(page(rows, order=["id"], query=self.query, show=lambda row: LotOut(row).data))

    @extend_schema(
        operation_id="tell_stock_lots",
        summary="Tell which lots lie where, up to 1,000 at a time",
        description="They are part of what is on hand, not more of it. All are written or none; the latest word about "
        "a lot counts, and only the owner of what lies there may say it. Channels do not see those that end within "
        "the days of the policy `short_dated`, nor those that have ended.",
        request=LotsIn,
        responses={200: LotsTakenOut},
        examples=[example("one lot", {"lots": [_LOT]}), example("taken", {"standing": 1}, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        def take(body: dict[str, Any]) -> Response:
            caller = cast(Principal, request.user)
            if not all(caller.sees_store(told["node"]) for told in body["lots"]):
                raise NotFound("some of these nodes are not yours; tell of your own only")
            return Response({"standing": lots.take([ToldLot(**told) for told in body["lots"]])})

        return self.once(request, body=LotsIn, work=take)
