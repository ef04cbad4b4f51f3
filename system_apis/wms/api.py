"""What the connected warehouse system says right now, read through to it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView
from system_apis.wms.gateway import wms
from system_apis.wms.serializers import CountsOut, NodeQuery, OrderQuery, ParcelsOut

_COUNTS = {
    "node": "WH-1",
    "watermark": 4711,
    "taken_at": "2026-03-01T09:30:00Z",
    "levels": [{"sku": "SKU-00001", "node": "WH-1", "on_hand": 17}],
}
_PARCELS = {
    "order": "DEMO-1001",
    "shipments": [
        {
            "shipment_id": "PARCEL-1",
            "order_number": "DEMO-1001",
            "node": "WH-1",
            "carrier": "DHL",
            "tracking_number": "JJD0099",
            "lines": [{"line_id": "1", "sku": "SKU-00001", "quantity": 2}],
            "dispatched_at": "2026-03-01T09:30:00Z",
        }
    ],
}


class WarehouseStockView(ApiView):
    required_scopes = {"GET": "system.read"}
    query_serializer = NodeQuery
    path_examples = {"connection": "wms"}

    @extend_schema(
        operation_id="wms_stock",
        summary="What the warehouse has on hand",
        description="A snapshot with its watermark: the last movement that is inside the counts.",
        responses={200: CountsOut, 404: None, 409: None, 502: None, 503: None},
        examples=[example("stock", _COUNTS, status=200)],
        tags=["wms"],
    )
    def get(self, request: Request, connection: str) -> Response:
        return Response(CountsOut(wms(connection).stock_snapshot(node=self.query["node"])).data)


class ShipmentsView(ApiView):
    required_scopes = {"GET": "system.read"}
    every_channel = True
    query_serializer = OrderQuery
    path_examples = {"connection": "wms"}

    @extend_schema(
        operation_id="wms_shipments",
        summary="The parcels of an order so far",
        description="Every parcel the warehouse has dispatched for the order, whether its webhook reached us or not.",
        responses={200: ParcelsOut, 404: None, 409: None, 502: None, 503: None},
        examples=[example("one parcel", _PARCELS, status=200)],
        tags=["wms"],
    )
    def get(self, request: Request, connection: str) -> Response:
        order = self.query["order"]
        return Response(ParcelsOut({"order": order, "shipments": wms(connection).shipments_of(order)}).data)
