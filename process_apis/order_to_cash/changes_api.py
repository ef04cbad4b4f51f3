"""The service desk changes orders: cancels, corrects, sends from elsewhere, lets a held one go on."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.order import Address
from process_apis.order_to_cash import edits, queries
from process_apis.order_to_cash.api import ORDER
from process_apis.order_to_cash.changes_serializers import CancellationsOut, CancelOrderIn, EditOrderIn, ReleaseHoldIn
from process_apis.order_to_cash.serializers import OrderOut
from process_apis.orders import cancellation_queries, cancellations, examples, holds
from process_apis.orders import queries as orders
from process_apis.orders.cancellation_serializers import CancellationOut, units_of
from process_apis.orders.models import AskedBy
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import Invalid
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_ASKED: dict[str, Any] = {
    "id": str(examples.CANCELLATION), "order_number": examples.CANCELLED, "state": "requested",
    "asked_by": "service", "reason": "The customer called", "lines": [{"line_id": "1", "units": 1, "cancelled": 0}],
    "refused_because": "", "refund": {"amount": "0.00", "currency": "EUR"}, "requested_at": "2026-03-01T09:31:00Z",
    "decided_at": None, "settled_at": None,
}  # fmt: skip
_THERE = {"name": "Ada Winter", "line1": "Hafenstr. 2", "city": "Bonn", "postcode": "53111", "country": "DE"}


class OrderCancellationsView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    path_examples = {"number": {"GET": examples.CANCELLED, "POST": examples.TO_CANCEL_AT_DESK}}

    @extend_schema(
        operation_id="order_cancellations",
        summary="What was asked to be cancelled of an order, and what became of it",
        responses={200: CancellationsOut, 404: ProblemOut},
        examples=[example("one request", {"items": [_ASKED]}, status=200)],
        tags=["orders"],
    )
    def get(self, request: Request, number: str) -> Response:
        order = orders.visible(number, channels=cast(Principal, request.user).channels)
        return Response(CancellationsOut({"items": cancellation_queries.of_order(order)}).data)

    @extend_schema(
        operation_id="cancel_order_at_desk",
        summary="Cancel an order, or units of its lines",
        description="Fewer units than ordered are cancelled here too. What has left is refused with 409; the rest is "
        "asked of the warehouse, whose answer decides.",
        request=CancelOrderIn,
        responses={202: CancellationOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("one unit", {"lines": [{"line_id": "1", "units": 1}], "reason": "The customer called"}),
            example("all of it, a fraud", {"asked_by": "fraud", "reason": "A stolen card"}),
            example("asked for", _ASKED, status=202),
        ],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            orders.visible(number, channels=caller.channels)
            asked = cancellations.request(
                number=number,
                key=f"{caller.client}:{key}"[:160],
                asked_by=AskedBy(body["asked_by"]),
                by=caller.client,
                reason=body["reason"],
                units=units_of(body.get("lines")),
                now=clock.now(),
            )
            return Response(CancellationOut(asked).data, status=202)

        return self.once(request, body=CancelOrderIn, work=work)


class _ChangeView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    def changed(self, request: Request, number: str, body: Any, work: Callable[[dict[str, Any]], None]) -> HttpResponse:
        """The order after the change."""
        caller = cast(Principal, request.user)

        def do(given: dict[str, Any]) -> Response:
            orders.visible(number, channels=caller.channels)
            work(given)
            return Response(OrderOut(queries.whole_order(number, channels=caller.channels)).data)

        return self.once(request, body=body, work=do)


class OrderEditsView(_ChangeView):
    path_examples = {"number": examples.TO_EDIT}

    @extend_schema(
        operation_id="edit_order",
        summary="Correct the address of an order, or have other nodes send its lines",
        description="Only while no warehouse and no store was asked to send it. Fewer units are a cancellation; more "
        "units or other goods are an order of their own.",
        request=EditOrderIn,
        responses={200: OrderOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("a line from a store", {"send_from": [{"line_id": "1", "node": "STORE-001"}]}),
            example("another address", {"ship_to": _THERE}),
            example("the order then", ORDER, status=200),
        ],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        by = cast(Principal, request.user).client

        def work(body: dict[str, Any]) -> None:
            if not body:
                raise Invalid("Say what to change: send ship_to, send_from, or both.")
            if "ship_to" in body:
                edits.change_address(number=number, ship_to=Address(**body["ship_to"]), by=by)
            for wish in body.get("send_from", ()):
                edits.send_from(number=number, line_id=wish["line_id"], node=wish["node"], by=by)

        return self.changed(request, number, EditOrderIn, work)


class HoldReleasesView(_ChangeView):
    path_examples = {"number": examples.TO_RELEASE}

    @extend_schema(
        operation_id="release_hold",
        summary="Let an order go on that was held as a possible fraud",
        description="To cancel it instead, cancel it with `asked_by` fraud.",
        request=ReleaseHoldIn,
        responses={200: OrderOut, 404: ProblemOut, 409: ProblemOut},
        examples=[
            example("looked at", {"reason": "The customer is known to us"}),
            example("the order then", ORDER, status=200),
        ],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        by = cast(Principal, request.user).client

        def work(body: dict[str, Any]) -> None:
            holds.release(number=number, by=by, reason=body["reason"], now=clock.now())

        return self.changed(request, number, ReleaseHoldIn, work)
