"""A person at the service desk decides: approve a return, reject it, pay its refund another way."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from process_apis.return_to_refund import paying, turning_away
from process_apis.return_to_refund.api import ActView
from process_apis.return_to_refund.serializers import RefundOtherwiseIn, WhyIn
from process_apis.returns import examples, queries, services
from process_apis.returns.models import RefundWay, Return
from process_apis.returns.serializers import DeskReturnOut
from retail_platform.kernel import clock
from retail_platform.kernel.schema import ProblemOut, example

_TAGS = ["returns"]
_NO = {404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class ApproveView(ActView):
    path_examples = {"number": examples.TO_APPROVE}

    @extend_schema(
        operation_id="approve_return",
        summary="Approve a return that waits for a second person",
        request=WhyIn,
        responses={200: DeskReturnOut, **_NO},
        examples=[
            example("seen", {"reason": "known customer"}),
            example("approved", examples.at_desk(examples.RETURN, state="authorised"), status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            if not services.authorise(parent, by=by):
                raise services.WrongState(f"return {number} is {parent.state}; there is nothing to approve")

        return self.act(request, number, WhyIn, do)


class RejectView(ActView):
    path_examples = {"number": examples.TO_REJECT}

    @extend_schema(
        operation_id="reject_return",
        summary="Reject a return that has no credit memo yet",
        request=WhyIn,
        responses={200: DeskReturnOut, **_NO},
        examples=[
            example("worn", {"reason": "worn for weeks"}),
            example("rejected", examples.at_desk(examples.RETURN, state="rejected"), status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            turning_away.turn_away(parent, by=by, why=given["reason"], now=clock.now())

        return self.act(request, number, WhyIn, do)


class RefundOtherwiseView(ActView):
    path_examples = {"number": examples.TO_PAY}

    @extend_schema(
        operation_id="refund_otherwise",
        summary="Pay a refund that failed another way",
        description="You approve it by asking. What we owe the customer has stayed owed meanwhile.",
        request=RefundOtherwiseIn,
        responses={200: DeskReturnOut, **_NO},
        examples=[
            example("as store credit", {"refund": examples.REFUND, "way": "store_credit"}),
            example("on its way", examples.at_desk(examples.CLOSED, state="credited"), status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            refund = queries.refund(parent, str(given["refund"]))
            paying.otherwise(refund, way=RefundWay(given["way"]), by=by, account=given["account"])

        return self.act(request, number, RefundOtherwiseIn, do)
