"""A shopper sends goods back: asked for here, followed at the return's address until the money is there."""

from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from process_apis.orders import queries as orders
from process_apis.return_to_refund import opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.returns import examples, queries
from process_apis.returns.serializers import ReturnedLineIn, ReturnOut
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import MoneyField, StrictSerializer
from retail_platform.kernel.views import ApiView

_TAGS = ["storefront"]


class ReturnIn(StrictSerializer):
    lines: Any = serializers.ListSerializer(child=ReturnedLineIn(), allow_empty=False, max_length=500)
    reason = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    wants_label = serializers.BooleanField(required=False, default=False, help_text="a label for the parcel is wanted")
    expected_refund = MoneyField(required=False, help_text="what the shopper was shown; another sum is refused")


class ReturnsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "storefront.orders"}
    path_examples = {"number": examples.ORDER}

    @extend_schema(
        operation_id="return_order",
        summary="Send goods of an order back",
        description="The answer says what the return comes to and how. Follow it at the address in `Location`: the "
        "money goes back the way it came once the goods were looked at.",
        request=ReturnIn,
        responses={202: ReturnOut, 404: None, 409: None, 422: None},
        examples=[
            example("one unit", {"lines": [{"line_id": "1", "units": 1}], "reason": "too small"}),
            example("asked for", examples.RETURN, status=202),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            expected = body.get("expected_refund")
            parent = opening.open_return(
                number=number,
                key=f"{caller.client}:{key}"[:200],
                lines=[Asked(**line) for line in body["lines"]],
                channels=caller.channels,
                requested_by=caller.client,
                reason=body["reason"],
                label_wanted=body["wants_label"],
                expected=Money(minor=expected.minor, currency=expected.currency) if expected else None,
                now=clock.now(),
            )
            address = reverse("storefront-return", args=[parent.number])
            answer = ReturnOut(queries.in_full(parent.number)).data
            return Response(answer, status=202, headers={"Location": address})

        return self.once(request, body=ReturnIn, work=work)


class ReturnView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    path_examples = {"number": examples.TO_RECEIVE}

    @extend_schema(
        operation_id="return_status",
        summary="How far a return and its refund are",
        responses={200: ReturnOut, 404: None},
        examples=[example("through", examples.CLOSED, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        found = queries.in_full(number)
        channels = cast(Principal, request.user).channels
        if channels and found.order_number:
            orders.visible(found.order_number, channels=channels)
        elif channels and found.channel not in channels:
            raise queries.NoSuchReturn(f"there is no return {number!r} for you; check the number")
        return Response(ReturnOut(found).data)
