"""Tell what people counted in a node."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.checking import cycle
from process_apis.stock.faces.serializers import NODE, SKU
from process_apis.stock.faces.transfer_serializers import REFERENCE
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import Invalid, NotFound
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView


class CountedLineIn(StrictSerializer):
    sku = serializers.RegexField(SKU, max_length=64)
    units = serializers.IntegerField(min_value=0, max_value=1_000_000_000, help_text="what was found on hand")


class CountIn(StrictSerializer):
    reference = serializers.RegexField(REFERENCE, max_length=64, help_text="your own name for this count, given once")
    node = serializers.RegexField(NODE, max_length=32)
    counted_at = serializers.DateTimeField(required=False, help_text="default: now")
    lines = CountedLineIn(many=True, min_length=1, max_length=500)  # type: ignore[call-arg]  # DRF hands them on


class CountedLineOut(StrictSerializer):
    sku = serializers.CharField()
    counted = serializers.IntegerField()
    adjusted = serializers.IntegerField(help_text="units by which the book follows; 0: it agreed, or was told before")


class CountOut(StrictSerializer):
    reference = serializers.CharField()
    lines = CountedLineOut(many=True)


_COUNT = {"reference": "CC-2026-03-01-A", "node": "STORE-003", "lines": [{"sku": "SKU-00007", "units": 25}]}
_FOUND = {"reference": "CC-2026-03-01-A", "lines": [{"sku": "SKU-00007", "counted": 25, "adjusted": -1}]}


class CountsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    @extend_schema(
        operation_id="tell_stock_count",
        summary="Tell what was counted in a node, up to 500 skus at a time",
        description=(
            "The book follows the count, whatever the difference, and the ledger books the loss or gain. What happened "
            "until `counted_at` is inside the count; what is told of later is applied on top. All of it is taken or "
            "nothing: 409 `stale-count` names what was counted later already."
        ),
        request=CountIn,
        responses={200: CountOut, 409: ProblemOut},
        examples=[example("one sku", _COUNT), example("one was missing", _FOUND, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        def take(body: dict[str, Any]) -> Response:
            now = clock.now()
            if not cast(Principal, request.user).sees_store(body["node"]):
                raise NotFound(f"there is no node {body['node']} for you; count your own")
            units = {line["sku"]: line["units"] for line in body["lines"]}
            if len(units) < len(body["lines"]):
                raise Invalid("A sku is counted once.", errors=[{"pointer": "/lines", "detail": "One is named twice."}])
            found = cycle.take(
                reference=body["reference"], node=body["node"], units=units, now=now,
                counted_at=body.get("counted_at") or now,
            )  # fmt: skip
            return Response(CountOut({"reference": body["reference"], "lines": found}).data)

        return self.once(request, body=CountIn, work=take)
