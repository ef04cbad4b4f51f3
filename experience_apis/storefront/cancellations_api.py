"""A shopper cancels what has not left: asked for here, decided by the warehouse, followed at the request's address."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.orders import cancellation_queries, cancellations, queries
from process_apis.orders import examples as orders
from process_apis.orders.cancellation_serializers import CancellationOut, CancelledLineIn, units_of
from process_apis.orders.models import AskedBy, Cancellation
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView

_TAGS = ["storefront"]
ANSWER: dict[str, Any] = {
    "id": str(orders.CANCELLATION), "order_number": orders.CANCELLED, "state": "requested", "asked_by": "customer",
    "reason": "Ordered twice",
    "lines": [{"line_id": "1", "units": 1, "cancelled": 0}], "refused_because": "",
    "refund": {"amount": "0.00", "currency": "EUR"}, "requested_at": "2026-03-01T09:31:00Z", "decided_at": None,
    "settled_at": None,
}  # fmt: skip


class CancelIn(StrictSerializer):
    lines: Any = serializers.ListSerializer(
        child=CancelledLineIn(), required=False, allow_empty=False, max_length=500,
        help_text="units of these lines; left out: all that has not left",
    )  # fmt: skip
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class CancellationsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "storefront.orders"}
    path_examples = {"number": orders.TO_CANCEL}

    @extend_schema(
        operation_id="cancel_order",
        summary="Cancel an order, or some of it",
        description="What has left is refused at once with 409. Anything else is asked of the warehouse, whose answer "
        "decides: follow it at the address in `Location`. Money that was taken for it goes back the way it came.",
        request=CancelIn,
        responses={202: CancellationOut, 404: None, 409: None, 422: None},
        examples=[
            example("one unit of a line", {"lines": [{"line_id": "1", "units": 1}], "reason": "Ordered twice"}),
            example("all that has not left", {"reason": "Changed my mind"}),
            example("asked for", ANSWER, status=202),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            queries.visible(number, channels=caller.channels)
            asked = cancellations.request(
                number=number,
                key=f"{caller.client}:{key}"[:160],
                asked_by=AskedBy.CUSTOMER,
                by=caller.client,
                reason=body["reason"],
                units=units_of(body.get("lines")),
                now=clock.now(),
            )
            address = reverse("storefront-cancellation", args=[asked.id])
            return Response(CancellationOut(asked).data, status=202, headers={"Location": address})

        return self.once(request, body=CancelIn, work=work)


class CancellationView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    path_examples = {"cancellation_id": str(orders.CANCELLATION)}

    @extend_schema(
        operation_id="cancellation",
        summary="What became of a cancellation",
        responses={200: CancellationOut, 404: None},
        examples=[example("done", {**ANSWER, "state": "done"}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, cancellation_id: UUID) -> Response:
        asked: Cancellation = cancellation_queries.cancellation(cancellation_id)
        queries.visible(asked.order.number, channels=cast(Principal, request.user).channels)
        return Response(CancellationOut(asked).data)
