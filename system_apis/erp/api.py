"""What the connected ERP says right now, read through to it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView
from system_apis.erp.gateway import erp
from system_apis.erp.serializers import StockOut, StockQuery, TrialBalanceOut, TrialBalanceQuery

_BALANCES = {
    "entity": "RETAIL-1",
    "accounts": [
        {"account": "1200", "balance": {"amount": "119.00", "currency": "EUR"}},
        {"account": "4000", "balance": {"amount": "-100.00", "currency": "EUR"}},
        {"account": "2200", "balance": {"amount": "-19.00", "currency": "EUR"}},
    ],
}
_STOCK = {
    "node": "WH-1",
    "watermark": 4711,
    "taken_at": "2026-03-01T09:30:00Z",
    "levels": [{"sku": "SKU-00001", "node": "WH-1", "on_hand": 17}],
}


class TrialBalanceView(ApiView):
    required_scopes = {"GET": "system.read"}
    every_channel = True
    query_serializer = TrialBalanceQuery
    path_examples = {"connection": "erp"}

    @extend_schema(
        operation_id="erp_trial_balance",
        summary="The ERP's own trial balance",
        description="All accounts of one legal entity as the ERP sums them; they add up to nothing.",
        responses={200: TrialBalanceOut, 404: None, 409: None, 502: None, 503: None},
        examples=[example("trial balance", _BALANCES, status=200)],
        tags=["erp"],
    )
    def get(self, request: Request, connection: str) -> Response:
        entity = self.query["entity"]
        accounts = erp(connection).trial_balance(entity=entity)
        return Response(TrialBalanceOut({"entity": entity, "accounts": accounts}).data)


class ErpStockView(ApiView):
    required_scopes = {"GET": "system.read"}
    query_serializer = StockQuery
    path_examples = {"connection": "erp"}

    @extend_schema(
        operation_id="erp_stock",
        summary="What the ERP has on hand in one node",
        description="A snapshot with its watermark: the last movement that is inside the counts.",
        responses={200: StockOut, 404: None, 409: None, 502: None, 503: None},
        examples=[example("stock", _STOCK, status=200)],
        tags=["erp"],
    )
    def get(self, request: Request, connection: str) -> Response:
        return Response(StockOut(erp(connection).stock_snapshot(node=self.query["node"])).data)
