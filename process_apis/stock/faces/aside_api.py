"""What was told of stock and not applied: look at it, and say what became of it."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.faces.intake_serializers import DecisionIn, SetAsideOut, SetAsideQuery, SetAsidesOut
from process_apis.stock.incoming import settling
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

TO_SETTLE = 2**53 - 1  # there on a demo; no count of rows comes near
_SET_ASIDE: dict[str, Any] = {
    "id": TO_SETTLE, "key": "wms:WH-1:9000", "source": "wms", "rule": "unknown-sku",
    "why": "There is no product SKU-GHOST; add it to the catalog, or cross the code.",
    "told": {"key": "wms:WH-1:9000", "sku": "SKU-GHOST", "node": "WH-1", "units": "2", "unit": "DZN"},
    "case_id": "0d2f6a10-1001-4000-8000-000000000005", "received_at": "2026-03-01T09:30:01Z", "settled_at": None,
    "settled_by": "", "settled_because": "",
}  # fmt: skip
_WHY = {"reason": "a sample that is not for sale; the warehouse took it out of its list"}
_SETTLED = {"settled_at": "2026-03-01T10:00:00Z", "settled_by": "demo-engineer", "settled_because": _WHY["reason"]}


class SetAsideView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = SetAsideQuery

    @extend_schema(
        operation_id="stock_set_aside",
        summary="What was told of stock and not applied",
        description="As it came, with the rule it breaks and the case that asks what to do. The latest first.",
        responses={200: SetAsidesOut},
        examples=[example("an unknown sku", {"items": [_SET_ASIDE], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows = settling.seen(
            nodes=cast(Principal, request.user).stores,
            source=self.query.get("source"),
            rule=self.query.get("rule"),
            settled=self.query["settled"],
        )
        return Response(page(rows, order=["-id"], query=self.query, show=lambda row: SetAsideOut(row).data))


class SettleView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}
    path_examples = {"aside_id": str(TO_SETTLE)}

    @extend_schema(
        operation_id="settle_stock_set_aside",
        summary="Say what became of it",
        description=(
            "Nothing of the stock book changes. The case is closed with the last that it is about. What the source "
            "tells again and can be applied is settled by itself; what is refused again stands open anew."
        ),
        request=DecisionIn,
        responses={200: SetAsideOut, 404: None, 409: ProblemOut},
        examples=[example("why", _WHY), example("settled", {**_SET_ASIDE, **_SETTLED}, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, aside_id: int) -> HttpResponse:
        who = cast(Principal, request.user)

        def settle(body: dict[str, Any]) -> Response:
            row = settling.settle(aside_id, by=who.client, reason=body["reason"], now=clock.now(), nodes=who.stores)
            return Response(SetAsideOut(row).data)

        return self.once(request, body=DecisionIn, work=settle)
