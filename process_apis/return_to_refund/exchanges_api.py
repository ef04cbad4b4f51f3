"""Exchange goods for others: agreed at the service desk, or rung up at a till that could not ask."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from process_apis.return_to_refund import exchanges, refused_tickets, tickets
from process_apis.return_to_refund.decisions.allowed import Asked
from process_apis.return_to_refund.exchanges import Difference, Wanted
from process_apis.return_to_refund.exchanges_serializers import ExchangeOut, OpenExchangeIn, TicketIn
from process_apis.return_to_refund.models import Exchange
from process_apis.return_to_refund.tickets import Ticket, TicketLine
from process_apis.returns import examples
from process_apis.returns.models import Return
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import DomainError
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import Amount
from retail_platform.kernel.views import ApiView

_NO = {404: ProblemOut, 409: ProblemOut, 422: ProblemOut}
_TWENTY, _NOTHING = {"amount": "20.00", "currency": "EUR"}, {"amount": "0.00", "currency": "EUR"}
_AGREED = {
    "return_number": examples.TO_RECEIVE, "order_number": "", "brings": _NOTHING, "costs": _TWENTY, "node": "",
    "handed_over": False, "called_off": "",
}  # fmt: skip


class ExchangesView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    @extend_schema(
        operation_id="open_exchange",
        summary="Exchange units of an order for other goods",
        description="The new goods are ordered once what came back is credited; of what it brings they are paid first. "
        "What is left over goes back as it was paid.",
        request=OpenExchangeIn,
        responses={202: ExchangeOut, **_NO},
        examples=[
            example(
                "another size, dearer",
                {"order_number": examples.ORDER, "lines": [{"line_id": "1", "units": 1}],
                 "wanted": [{"sku": "SKU-00002", "quantity": 1}], "payment": {"kind": "card", "token": "tok_visa"},
                 "reason": "too small", "waive_policy": True},
            ),
            example("agreed", _AGREED, status=202),
        ],
        tags=["exchanges"],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            paid = body.get("payment")
            parent = exchanges.open_exchange(
                number=body["order_number"],
                key=f"{caller.client}:{key}"[:200],
                lines=[Asked(line["line_id"], line["units"], line["condition"]) for line in body["lines"]],
                wanted=[Wanted(line["sku"], line["quantity"]) for line in body["wanted"]],
                channel=body["channel"],
                channels=caller.channels,
                node=body["node"],
                difference=Difference(paid["kind"], paid["token"]) if paid else None,
                requested_by=caller.client,
                reason=body["reason"],
                waive_policy=body["waive_policy"],
                now=clock.now(),
            )
            return _shown(parent)

        return self.once(request, body=OpenExchangeIn, work=work)


class TicketsView(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    @extend_schema(
        operation_id="take_exchange_ticket",
        summary="Book a till's ticket with goods that came back and goods that were sold",
        description="For what was rung up offline: it has happened, and is booked as a return and a sale. The same "
        "ticket again changes nothing; another one under its number is refused. What is refused is a case until it is "
        "sent as it should be.",
        request=TicketIn,
        responses={202: ExchangeOut, **_NO},
        examples=[
            example(
                "one back, one sold",
                {"store": "STORE-001", "till": "1", "number": "4711", "business_date": "2026-03-05",
                 "sale": examples.ORDER, "staff": "kim", "net": _TWENTY, "paid_with": "till_card",
                 "lines": [
                     {"sku": "SKU-00001", "quantity": -1, "unit_price": _NOTHING, "line_id": "1"},
                     {"sku": "SKU-00002", "quantity": 1, "unit_price": _TWENTY},
                 ]},
            ),
            example("booked", {**_AGREED, "node": "STORE-001", "handed_over": True}, status=202),
        ],
        tags=["exchanges"],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        caller, refused = cast(Principal, request.user), list[tuple[Ticket, DomainError]]()

        def work(body: dict[str, Any]) -> Response:
            ticket, now = _ticket(body), clock.now()
            try:
                booked = tickets.take(ticket, staff=body["staff"], channels=caller.channels, now=now)
            except DomainError as error:
                refused.append((ticket, error))
                raise
            refused_tickets.settle(ticket, by=body["staff"], now=now)
            return _shown(booked)

        try:
            return self.once(request, body=TicketIn, work=work)
        finally:  # behind the transaction, which is taken back
            for each in refused:
                refused_tickets.keep(*each)


def _ticket(body: dict[str, Any]) -> Ticket:
    lines = [
        TicketLine(line["sku"], line["quantity"], _money(line["unit_price"]), line["line_id"], line["condition"])
        for line in body["lines"]
        if line["quantity"]
    ]
    return Ticket(
        body["store"], body["till"], body["number"], body["business_date"], body["sale"], tuple(lines),
        _money(body["net"]), body["paid_with"],
    )  # fmt: skip


def _money(amount: Amount) -> Money:
    return Money(minor=amount.minor, currency=amount.currency)


def _shown(parent: Return) -> Response:
    return Response(ExchangeOut(Exchange.objects.select_related("parent").get(parent=parent)).data, status=202)
