"""The service desk opens returns and looks at them. What is done to one of them answers with it: see ActView."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.orders import queries as orders
from process_apis.return_to_refund import gift_cards, opening
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.serializers import OpenReturnIn, ReturnsOut, ReturnsQuery
from process_apis.returns import examples, queries
from process_apis.returns.models import Return, ReturnKind
from process_apis.returns.serializers import DeskReturnOut
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView

_TAGS = ["returns"]
_NO = {404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class ReturnsView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    query_serializer = ReturnsQuery

    @extend_schema(
        operation_id="returns",
        summary="Returns, the latest first, each with its receipts, credit memo and refunds",
        responses={200: ReturnsOut},
        examples=[example("one return", {"items": [examples.at_desk(examples.CLOSED)], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = queries.recent(state=self.query.get("state"), order=self.query.get("order"))
        if channels := cast(Principal, request.user).channels:
            rows = rows.filter(channel__in=channels)
        order = ["-requested_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: DeskReturnOut(row).data))

    @extend_schema(
        operation_id="open_return_at_desk",
        summary="Open a return of an order",
        description="Of kind advance, goodwill or channel_refund no goods are waited for. What comes to more than the "
        "policy's limit waits for a second person.",
        request=OpenReturnIn,
        responses={202: DeskReturnOut, **_NO},
        examples=[
            example(
                "one unit, past its window",
                {"order_number": examples.ORDER, "lines": [{"line_id": "1", "units": 1}], "reason": "too small",
                 "waive_policy": True},
            ),
            example("opened", examples.at_desk(examples.RETURN), status=202),
        ],
        tags=_TAGS,
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            goodwill, card = body.get("goodwill"), body.get("gift_card")
            if card:
                found = gift_cards.take_back(
                    number=body["order_number"], key=f"{caller.client}:{key}"[:200], line_id=card["line_id"],
                    card=card["number"], pin=card["pin"], by=caller.client, channels=caller.channels, now=clock.now(),
                )  # fmt: skip
                return Response(DeskReturnOut(queries.in_full(found.number)).data, status=202)
            parent = opening.open_return(
                number=body["order_number"],
                key=f"{caller.client}:{key}"[:200],
                lines=[Asked(**line) for line in body["lines"]],
                channels=caller.channels,
                requested_by=caller.client,
                kind=ReturnKind(body["kind"]),
                reason=body["reason"],
                node=body["node"],
                goodwill_minor=goodwill.minor if goodwill else 0,
                goodwill_currency=goodwill.currency if goodwill else "",
                waive_policy=body["waive_policy"],
                now=clock.now(),
            )
            return Response(DeskReturnOut(queries.in_full(parent.number)).data, status=202)

        return self.once(request, body=OpenReturnIn, work=work)


class ReturnView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"number": examples.TO_RECEIVE}

    @extend_schema(
        operation_id="return",
        summary="One return with its receipts, credit memo and refunds",
        responses={200: DeskReturnOut, 404: ProblemOut},
        examples=[example("a closed return", examples.at_desk(examples.CLOSED), status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(DeskReturnOut(_seen(request, number)).data)


class ActView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    def act(
        self,
        request: Request,
        number: str,
        body: type[StrictSerializer],
        do: Callable[[Return, dict[str, Any], str], object],
    ) -> HttpResponse:
        """The return after the act."""

        def work(given: dict[str, Any]) -> Response:
            do(_seen(request, number), given, cast(Principal, request.user).client)
            return Response(DeskReturnOut(queries.in_full(number)).data)

        return self.once(request, body=body, work=work)


def _seen(request: Request, number: str) -> Return:
    """A return the caller may see. Raises NoSuchReturn."""
    found, channels = queries.in_full(number), cast(Principal, request.user).channels
    if channels and found.order_number:
        orders.visible(found.order_number, channels=channels)
    elif channels and found.channel not in channels:
        raise queries.NoSuchReturn(f"there is no return {number!r} for you; check the number")
    return found
