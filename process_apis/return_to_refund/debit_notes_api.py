"""What suppliers say of goods that go back to them."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from process_apis.return_to_refund import vendor_returns
from process_apis.return_to_refund.api import ActView
from process_apis.return_to_refund.serializers import SupplierAnswerIn
from process_apis.returns import debit_notes, examples
from process_apis.returns.models import GoodsAfterRefusal, Return
from process_apis.returns.serializers import DeskReturnOut
from retail_platform.kernel import clock
from retail_platform.kernel.schema import ProblemOut, example


class SupplierAnswerView(ActView):
    path_examples = {"number": examples.TO_DEBIT, "note": examples.DEBIT_NOTE}

    @extend_schema(
        operation_id="answer_debit_note",
        summary="Write down what a supplier says of goods that went back",
        description="Accepted, the supplier owes what the debit note says. Refused, that is taken back in the ledger: "
        "goods that `come_back` lie in quarantine again and are inspected once more, those that are `gone` are a loss.",
        request=SupplierAnswerIn,
        responses={200: DeskReturnOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("accepted", {"answer": "accepted", "reference": "SUP-CN-778"}),
            example(
                "with the answer",
                examples.at_desk(examples.CLOSED, debit_notes=[{**examples.DEBIT_NOTE_SHOWN, "state": "accepted"}]),
                status=200,
            ),
        ],
        tags=["returns"],
    )
    def post(self, request: Request, number: str, note: str) -> HttpResponse:
        def do(parent: Return, given: dict[str, Any], by: str) -> None:
            found = debit_notes.one(note)
            if found.line.receipt.parent != parent:
                raise debit_notes.NoSuchDebitNote(f"return {number} has no debit note {note!r}; it shows those it has")
            if given["answer"] == "accepted":
                vendor_returns.accept(found, reference=given["reference"], by=by, now=clock.now())
            else:
                goods = GoodsAfterRefusal(given["goods"])
                vendor_returns.refuse(found, goods=goods, why=given["reason"], by=by, now=clock.now())

        return self.act(request, number, SupplierAnswerIn, do)
