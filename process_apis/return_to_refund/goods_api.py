"""Goods of a return come back: receive them, and say what becomes of them."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from canonical.money import Money
from process_apis.return_to_refund import inspecting, receiving
from process_apis.return_to_refund.api import ActView
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.return_to_refund.serializers import InspectIn, ReceiveGoodsIn
from process_apis.returns import examples, queries
from process_apis.returns.models import Disposition, Return
from process_apis.returns.serializers import DeskReturnOut
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER
from retail_platform.kernel.schema import ProblemOut, example

_TAGS = ["returns"]
_NO = {404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class ReceiveView(ActView):
    path_examples = {"number": examples.TO_RECEIVE}

    @extend_schema(
        operation_id="receive_return",
        summary="Receive goods of a return",
        description="They lie in quarantine until they are inspected; nobody is sold them meanwhile.",
        request=ReceiveGoodsIn,
        responses={200: DeskReturnOut, **_NO},
        examples=[
            example("one unit", {"node": "WH-1", "lines": [{"sku": "SKU-00001", "units": 1}]}),
            example("received", examples.at_desk(examples.CLOSED, state="received"), status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        key = request.headers.get(HEADER, "")

        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            receiving.receive(
                key=f"{by}:{key}"[:200], node=given["node"], lines=[Came(**line) for line in given["lines"]],
                now=clock.now(), by=by, return_number=parent.number,
            )  # fmt: skip

        return self.act(request, number, ReceiveGoodsIn, do)


class InspectView(ActView):
    path_examples = {"number": examples.TO_INSPECT}

    @extend_schema(
        operation_id="inspect_return",
        summary="Say what becomes of goods that came back",
        description="Restocked and refurbished goods can be sold from here on. `to_customer` turns them away: they are "
        "not credited. `quarantine` with `suspect` puts them into the fraud queue: they are paid for only once another "
        "person has cleared them, by saying what becomes of them with an empty `suspect`. `vendor_return` "
        "writes a debit note at what the goods stand in the books for.",
        request=InspectIn,
        responses={200: DeskReturnOut, **_NO},
        examples=[
            example("back on the shelf", {"receipt": "demo-receipt", "position": 1, "disposition": "restock"}),
            example("inspected", examples.at_desk(examples.CLOSED, state="disposition_set"), status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            receipt = queries.receipt(given["receipt"])
            line = receipt.lines.filter(position=given["position"]).first() if receipt.parent == parent else None
            if line is None:
                raise queries.NoSuchReceipt(f"return {number} has no such line of a receipt; it shows those it has")
            value = given.get("value")
            inspecting.inspect(
                line.id, disposition=Disposition(given["disposition"]), by=by, now=clock.now(),
                value=Money(minor=value.minor, currency=value.currency) if value else None,
                suspect=given.get("suspect"), supplier=given["supplier"],
            )  # fmt: skip

        return self.act(request, number, InspectIn, do)
