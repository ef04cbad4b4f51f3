"""Why an order is sent from where it is."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.sourcing import queries
from process_apis.sourcing.serializers import DecisionOut, shown
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_ORDER = "DEMO-1001"
_DECISION = {
    "order_number": _ORDER,
    "channel": "web",
    "at": "2026-03-01T09:30:00.410000Z",
    "attempt": 1,
    "chosen": [{"line_id": "1", "sku": "SKU-00001", "node": "WH-1", "units": 2}],
    "rules": [{"rule": "split", "weight": 1, "order": 1}, {"rule": "rank", "weight": 1, "order": 2}],
    "considered": 2,
    "candidates": [
        {"nodes": ["WH-1"], "points": {"split": 1, "rank": 10}, "lost": ""},
        {"nodes": ["WH-2"], "points": {"split": 1, "rank": 20}, "lost": "rank: 20 points against 10"},
        {
            "nodes": ["STORE-003"],
            "points": {"split": 1, "rank": 103},
            "lost": "has not everything: lacks 1 of SKU-00001",
        },
    ],
    "left_out": [{"node": "STORE-007", "because": "it is offline"}],
}


class DecisionView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"order_number": _ORDER}

    @extend_schema(
        operation_id="sourcing_decision",
        summary="Which nodes send an order, and why not others",
        description="The last decision of the order: the rules in force, the best combinations with their points and "
        "the rule each lost by, and the nodes that were not asked. An order of a channel that is not yours answers the "
        "same 404 as one that is not there, or that nothing was decided for.",
        responses={200: DecisionOut, 304: None, 404: ProblemOut},
        examples=[example("from one warehouse", _DECISION, status=200)],
        tags=["sourcing"],
    )
    def get(self, request: Request, order_number: str) -> Response:
        row = queries.decision(order_number, channels=cast(Principal, request.user).channels)
        return Response(DecisionOut(shown(row)).data)
