"""Goods that are ordered or on their way, as their owner tells it; and how far promises may go beyond what is there."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.catalog.models import Node, Product
from process_apis.stock import queries
from process_apis.stock.faces.serializers import NODE, SKU, PositionOut, StockQuery
from process_apis.stock.incoming import supplies
from process_apis.stock.incoming.supplies import Told
from process_apis.stock.reserving import backorders
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView


class SupplyIn(StrictSerializer):
    reference = serializers.CharField(max_length=100, help_text="the order or notice that brings it")
    kind = serializers.ChoiceField(choices=["on_order", "in_transit"], default="on_order")
    sku = serializers.RegexField(SKU, max_length=64)
    node = serializers.RegexField(NODE, max_length=32)
    units = serializers.IntegerField(min_value=0, max_value=1_000_000_000, help_text="still to come; 0: nothing more")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    confidence_percent = serializers.IntegerField(min_value=0, max_value=100, default=100)
    source = serializers.CharField(max_length=64, help_text="the system that says so")  # type: ignore[assignment]


class SuppliesIn(StrictSerializer):
    supplies = SupplyIn(many=True, min_length=1, max_length=1000)  # type: ignore[call-arg]  # DRF hands them on


class SuppliesTakenOut(StrictSerializer):
    standing = serializers.IntegerField(help_text="how many of them still bring something")


class SupplyOut(SupplyIn):
    updated_at = serializers.DateTimeField()


class SuppliesOut(StrictSerializer):
    items = SupplyOut(many=True)
    next = serializers.CharField(allow_null=True)


class LimitIn(StrictSerializer):
    units = serializers.IntegerField(min_value=0, max_value=1_000_000_000, help_text="beyond what is there")


_SUPPLY = {
    "reference": "PO-7001", "kind": "on_order", "sku": "SKU-00001", "node": "WH-1", "units": 40,
    "due_on": "2026-03-09", "confidence_percent": 90, "source": "erp",
}  # fmt: skip
_POSITION = {"sku": "SKU-00001", "node": "WH-1", "on_hand": 0, "reserved": 0, "updated_at": "2026-03-01T09:30:00Z"}


class SuppliesView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    query_serializer = StockQuery

    @extend_schema(
        operation_id="stock_supplies",
        summary="What is ordered for a node or on its way there",
        responses={200: SuppliesOut},
        examples=[example("one", {"items": [{**_SUPPLY, "updated_at": "2026-03-01T09:30:00Z"}], "next": None},
                          status=200)],
        tags=["stock"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = queries.supplies(
            nodes=cast(Principal, request.user).stores, sku=self.query.get("sku"), node=self.query.get("node")
        )
        return Response(page(rows, order=["id"], query=self.query, show=lambda row: SupplyOut(row).data))

    @extend_schema(
        operation_id="tell_stock_supplies",
        summary="Tell what is ordered or on its way, up to 1,000 at a time",
        description="All of them are written or none. Only the owner of the state in a kind of node may tell it; "
        "the latest word about a reference counts.",
        request=SuppliesIn,
        responses={200: SuppliesTakenOut},
        examples=[example("a purchase order", {"supplies": [_SUPPLY]}), example("taken", {"standing": 1}, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        def take(body: dict[str, Any]) -> Response:
            caller = cast(Principal, request.user)
            if not all(caller.sees_store(told["node"]) for told in body["supplies"]):
                raise NotFound("some of these nodes are not yours; tell of your own only")
            return Response({"standing": supplies.take([Told(**told) for told in body["supplies"]])})

        return self.once(request, body=SuppliesIn, work=take)


class BackorderLimitView(ApiView):
    required_scopes = {"PUT": "process.write"}
    path_examples = {"sku": "SKU-00001", "node": "WH-1"}

    @extend_schema(
        operation_id="set_backorder_limit",
        summary="How many units may be promised beyond what is there",
        description="For back-orders, and pre-orders of what was never there. 409 `promised-beyond` when more is "
        "promised already.",
        request=LimitIn,
        responses={200: PositionOut, 404: None, 409: ProblemOut},
        examples=[example("twenty", {"units": 20}), example("set", _POSITION, status=200)],
        tags=["stock"],
    )
    def put(self, request: Request, node: str, sku: str) -> Response:
        body = LimitIn(data=request.data)
        body.is_valid(raise_exception=True)
        known = Node.objects.filter(code=node).exists() and Product.objects.filter(sku=sku).exists()
        if not known or not cast(Principal, request.user).sees_store(node):
            raise NotFound(f"there is no {sku} at {node} for you; check both")
        return Response(PositionOut(backorders.set_limit(sku=sku, node=node, units=body.validated_data["units"])).data)
