"""Hold goods for a while, for the length of a checkout: hold, look, confirm for an order, give back."""

from typing import Any, cast
from uuid import uuid4

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.faces import examples
from process_apis.stock.faces.serializers import NODE, SKU
from process_apis.stock.models import Reservation
from process_apis.stock.reserving import holds
from process_apis.stock.services import Demand
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import Unprocessable
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView


class HoldLineIn(StrictSerializer):
    sku = serializers.RegexField(SKU, max_length=64)
    node = serializers.RegexField(NODE, max_length=32)
    units = serializers.IntegerField(min_value=1, max_value=1_000_000)


class HoldIn(StrictSerializer):
    holder = serializers.CharField(max_length=64, help_text="your name for the shopper; one may hold only so much")
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=86_400, help_text="default: 15 minutes")
    lines = HoldLineIn(many=True, min_length=1, max_length=100)  # type: ignore[call-arg]  # DRF hands them on


class ConfirmIn(StrictSerializer):
    order_number = serializers.RegexField(r"^[A-Za-z0-9#][A-Za-z0-9._#\-]*$", max_length=64)


class HeldLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    node = serializers.CharField()
    units = serializers.IntegerField()
    state = serializers.CharField(
        help_text="held, open (confirmed), expired, released, lost (not there after all), allocated, consumed"
    )
    expires_at = serializers.DateTimeField(allow_null=True)


class HoldOut(StrictSerializer):
    id = serializers.CharField()
    order_number = serializers.CharField(allow_blank=True, help_text="empty until it is confirmed")
    lines = HeldLineOut(many=True)


_LINE = {
    "line_id": "1", "sku": "SKU-00001", "node": "WH-1", "units": 2, "state": "held",
    "expires_at": "2026-03-01T09:45:00Z",
}  # fmt: skip
_HELD = {"id": examples.HELD, "order_number": "", "lines": [_LINE]}
_ASKED = {"holder": "basket-4711", "seconds": 600, "lines": [{"sku": examples.SKU, "node": "WH-1", "units": 2}]}
_CONFIRMED = {
    "id": examples.TO_CONFIRM, "order_number": "W-1001", "lines": [{**_LINE, "state": "open", "expires_at": None}],
}  # fmt: skip


class HoldsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    @extend_schema(
        operation_id="hold_stock",
        summary="Hold goods for a while, all of them or none",
        description="What is held is promised to nobody else until it expires. 409 `out-of-stock` names what is short; "
        "409 `holds-too-much` when one holder asks for more than one may hold.",
        request=HoldIn,
        responses={201: HoldOut, 409: ProblemOut},
        examples=[example("two units for ten minutes", _ASKED), example("held", _HELD, status=201)],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        def take(body: dict[str, Any]) -> Response:
            caller = cast(Principal, request.user)
            strange = [
                {"pointer": f"/lines/{n}/node", "detail": "This node is not yours."}
                for n, line in enumerate(body["lines"])
                if not caller.sees_store(line["node"])
            ]
            if strange:
                raise Unprocessable("Hold goods of your own nodes only; nothing was held.", errors=strange)
            parts = holds.hold(
                hold=uuid4().hex,
                holder=_holder(request, body["holder"]),
                demands=[Demand(str(n), **line) for n, line in enumerate(body["lines"], 1)],
                hold_s=body.get("seconds"),
            )
            shown = _shown(parts)
            return Response(shown, status=201, headers={"Location": f"{request.path}/{shown['id']}"})

        return self.once(request, body=HoldIn, work=take)


class HoldView(ApiView):
    required_scopes = {"GET": "process.read", "DELETE": "process.write"}
    path_examples = {"hold": examples.HELD}

    @extend_schema(
        operation_id="stock_hold",
        summary="What became of a hold",
        responses={200: HoldOut, 404: None},
        examples=[example("still held", _HELD, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, hold: str) -> Response:
        return Response(_shown(_mine(request, hold)))

    @extend_schema(
        operation_id="give_back_stock",
        summary="Give back what is held",
        description="Twice is once. 409 once an order has it: cancel the order instead.",
        responses={204: None, 404: None, 409: ProblemOut},
        tags=["stock"],
    )
    def delete(self, request: Request, hold: str) -> Response:
        _mine(request, hold)
        holds.give_back(hold=hold)
        return Response(status=204)


class ConfirmHoldView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}
    path_examples = {"hold": examples.TO_CONFIRM}

    @extend_schema(
        operation_id="confirm_stock_hold",
        summary="Promise what is held to an order",
        description="Exactly one of confirm and expiry happens: 409 `hold-expired` when the time had run out. "
        "409 `hold-lost` names the lines that are not there after all, since a count or a sale at a till took them: "
        "nothing of the basket is held any more then.",
        request=ConfirmIn,
        responses={200: HoldOut, 404: None, 409: ProblemOut},
        examples=[example("for W-1001", {"order_number": "W-1001"}), example("promised", _CONFIRMED, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, hold: str) -> HttpResponse:
        def confirm(body: dict[str, Any]) -> Response:
            _mine(request, hold)
            return Response(_shown(holds.confirm(hold=hold, order_number=body["order_number"])))

        return self.once(request, body=ConfirmIn, work=confirm)


def _holder(request: Request, name: str) -> str:
    return f"{cast(Principal, request.user).client}/{name}"[:160]


def _mine(request: Request, hold: str) -> list[Reservation]:
    parts, caller = holds.held(hold), cast(Principal, request.user)
    holder = parts[0].holder  # one without a client is anybody's
    if ("/" in holder and not holder.startswith(_holder(request, ""))) or not all(
        caller.sees_store(p.node) for p in parts
    ):
        raise holds.NoSuchHold("check the id; it is the one the hold was answered with")
    return parts


def _shown(parts: list[Reservation]) -> dict[str, Any]:
    first = parts[0]
    order = "" if first.order_number == first.hold else first.order_number
    return dict(HoldOut({"id": first.hold, "order_number": order, "lines": parts}).data)
