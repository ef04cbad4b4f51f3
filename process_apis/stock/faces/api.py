"""The stock book: what is where, each movement that made it so, why; and movements that others tell."""

from dataclasses import asdict
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.stock import StockMovement
from process_apis.stock import queries
from process_apis.stock.faces.serializers import (
    ExplanationOut,
    MovementOut,
    MovementsIn,
    MovementsOut,
    OutcomesOut,
    PositionOut,
    PositionsOut,
    StockQuery,
)
from process_apis.stock.incoming import intake
from process_apis.stock.incoming.told import Item
from process_apis.stock.looking import explain
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.problem import Unprocessable
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

_TOLD = {
    "key": "wms:WH-1:4712",
    "sku": "SKU-00001",
    "node": "WH-1",
    "units": 12,
    "reason": "receipt",
    "source": "wms",
    "sequence": 4712,
    "occurred_at": "2026-03-01T09:30:00Z",
}
_APPLIED = {"key": "wms:WH-1:4712", "outcome": "applied", "rule": "", "detail": "", "field": ""}
_EXPLAINED = {
    "sku": "SKU-00001",
    "node": "WH-1",
    "free": 71,
    "formula": "max(74 on hand - 0 damaged, 0) - 3 reserved = 71",
    "states": [{"state": "on_hand", "units": 74, "owner": "wms"}],
    "counted_by": "wms",
    "counted_at": "2026-03-01T02:00:00Z",
    "latest": [_MOVEMENT],
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


class MovementsView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
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

    @extend_schema(
        operation_id="tell_stock_movements",
        summary="Tell what moved, up to 1,000 movements at a time",
        description="Each is applied, known, or set aside with the rule it breaks and a case for a person. "
        "Nothing else is held up by one that is set aside. Only the owner of a state in a kind of node may write it.",
        request=MovementsIn,
        responses={200: OutcomesOut},
        examples=[
            example("one receipt", {"movements": [_TOLD]}),
            example("applied", {"applied": 1, "set_aside": 0, "items": [_APPLIED]}, status=200),
        ],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        def take(body: dict[str, Any]) -> Response:
            seen = cast(Principal, request.user)
            strange = [
                {"pointer": f"/movements/{n}/node", "detail": "This node is not yours."}
                for n, told in enumerate(body["movements"])
                if not seen.sees_store(told["node"])
            ]
            if strange:
                raise Unprocessable("Tell of your own nodes only; nothing was applied.", errors=strange)
            outcomes = intake.take([_item(told) for told in body["movements"]])
            return Response(
                {
                    "applied": sum(each.outcome == "applied" for each in outcomes),
                    "set_aside": sum(each.outcome == "set_aside" for each in outcomes),
                    "items": [asdict(each) for each in outcomes],
                }
            )

        return self.once(request, body=MovementsIn, work=take)


def _item(told: dict[str, Any]) -> Item:
    return Item(StockMovement(**{name: value for name, value in told.items() if name != "unit"}), told.get("unit", ""))


class ExplainView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"sku": "SKU-00001"}

    @extend_schema(
        operation_id="explain_stock",
        summary="Why a figure is what it is",
        description="For each node: each state with the source that writes it, the formula with its numbers, the count "
        "it was last held against, and what changed it latest.",
        responses={200: ExplanationOut, 404: None},
        examples=[example("one node", {"sku": "SKU-00001", "nodes": [_EXPLAINED]}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, sku: str) -> Response:
        return Response(ExplanationOut(explain.sku(sku, nodes=cast(Principal, request.user).stores)).data)
