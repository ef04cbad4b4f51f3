"""Snapshots that were compared, and variances that wait for a word."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.checking import counted
from process_apis.stock.faces.intake_serializers import (
    DecisionIn,
    SnapshotOut,
    SnapshotsOut,
    SnapshotsQuery,
    VarianceOut,
    VariancesOut,
    VariancesQuery,
)
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_SNAPSHOT = {
    "node": "WH-1", "source": "wms", "watermark": 4711, "taken_at": "2026-03-01T02:30:00Z", "levels": 500,
    "adjusted": 3, "varied": 1, "received_at": "2026-03-01T02:30:02Z",
}  # fmt: skip
TO_ACCEPT, TO_REFUSE = 2**53 - 1, 2**53 - 2  # there on a demo; no count comes near
_VARIANCE: dict[str, Any] = {
    "id": TO_ACCEPT, "sku": "SKU-00499", "node": "WH-1", "source": "wms", "taken_at": "2026-03-01T02:30:00Z",
    "expected": 60, "counted": 35, "state": "open", "decided_by": "", "reason": "", "opened_at": "2026-03-01T02:30:02Z",
}  # fmt: skip
_WHY = {"reason": "counted again by two people"}


class SnapshotsView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = SnapshotsQuery

    @extend_schema(
        operation_id="stock_snapshots",
        summary="Snapshots that were held against the book",
        description="The latest first. Those of a source that does not own the goods are compared and never applied.",
        responses={200: SnapshotsOut},
        examples=[example("one snapshot", {"items": [_SNAPSHOT], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = counted.snapshots(nodes=cast(Principal, request.user).stores, node=self.query.get("node"))
        return Response(page(rows, order=["-id"], query=self.query, show=lambda row: SnapshotOut(row).data))


class VariancesView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = VariancesQuery

    @extend_schema(
        operation_id="stock_variances",
        summary="Counts that differ too much to be taken without a person's word",
        description="The open ones unless another state is asked for, the latest first.",
        responses={200: VariancesOut},
        examples=[example("one variance", {"items": [_VARIANCE], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = counted.variances(
            nodes=cast(Principal, request.user).stores, node=self.query.get("node"), state=self.query["state"]
        )
        return Response(page(rows, order=["-id"], query=self.query, show=lambda row: VarianceOut(row).data))


class _DecideView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}
    accepts = True

    def post(self, request: Request, variance_id: int) -> HttpResponse:
        seen = cast(Principal, request.user)

        def decide(body: dict[str, Any]) -> Response:
            decided = counted.decide(
                variance_id, accept=self.accepts, by=seen.client, reason=body["reason"], nodes=seen.stores
            )
            return Response(VarianceOut(decided).data)

        return self.once(request, body=DecisionIn, work=decide)


def _decided(state: str) -> dict[str, Any]:
    identity = TO_ACCEPT if state == "accepted" else TO_REFUSE
    return {**_VARIANCE, "id": identity, "state": state, "decided_by": "demo-engineer", **_WHY}


class AcceptVarianceView(_DecideView):
    path_examples = {"variance_id": str(TO_ACCEPT)}

    @extend_schema(
        operation_id="accept_stock_variance",
        summary="The count is right",
        description="The book follows the count. 409 `stale-count` when a later count of the place was taken since.",
        request=DecisionIn,
        responses={200: VarianceOut, 404: None, 409: ProblemOut},
        examples=[example("why", _WHY), example("accepted", _decided("accepted"), status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, variance_id: int) -> HttpResponse:
        return super().post(request, variance_id)


class RefuseVarianceView(_DecideView):
    accepts = False
    path_examples = {"variance_id": str(TO_REFUSE)}

    @extend_schema(
        operation_id="refuse_stock_variance",
        summary="The count is wrong",
        description="The book stays as it is; have the goods counted again.",
        request=DecisionIn,
        responses={200: VarianceOut, 404: None, 409: ProblemOut},
        examples=[example("why", _WHY), example("refused", _decided("refused"), status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, variance_id: int) -> HttpResponse:
        return super().post(request, variance_id)
