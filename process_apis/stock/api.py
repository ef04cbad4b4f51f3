"""The stock book, read only: what is where, and every movement that made it so."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock import queries
from process_apis.stock.serializers import MovementOut, MovementsOut, PositionOut, PositionsOut, StockQuery
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

_POSITION = {
    "sku": "SKU-00001",
    "node": "WH-1",
    "on_hand": 74,
    "reserved": 3,
    "updated_at": "2026-03-01T09:30:00Z",
}
_MOVEMENT = {
    "key": "parcel:SHP-1:1",
    "sku": "SKU-00001",
    "node": "WH-1",
    "units": -2,
    "reason": "sale",
    "source": "parcel",
    "occurred_at": "2026-03-01T09:30:00Z",
    "recorded_at": "2026-03-01T09:30:01Z",
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}


class PositionsView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = StockQuery

    @extend_schema(
        operation_id="stock_positions",
        summary="What is on hand and what of it is promised",
        description="One row for each sku and node. Free to sell is on_hand less reserved.",
        responses={200: PositionsOut},
        examples=[example("one position", {"items": [_POSITION], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.positions(
            nodes=cast(Principal, request.user).stores, sku=self.query.get("sku"), node=self.query.get("node")
        )
        return Response(page(rows, order=["sku", "node"], query=self.query, show=lambda row: PositionOut(row).data))


class MovementsView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = StockQuery

    @extend_schema(
        operation_id="stock_movements",
        summary="Every change of goods on hand, the latest first",
        responses={200: MovementsOut},
        examples=[example("one sale", {"items": [_MOVEMENT], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.movements(
            nodes=cast(Principal, request.user).stores, sku=self.query.get("sku"), node=self.query.get("node")
        )
        return Response(page(rows, order=["-id"], query=self.query, show=lambda row: MovementOut(row).data))
