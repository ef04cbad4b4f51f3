"""The service desk places an order for a customer, at prices of its own if need be."""

from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from canonical.order import Address, Customer
from process_apis.order_to_cash import placing, queries
from process_apis.order_to_cash.api import ORDER, OrdersView
from process_apis.order_to_cash.desk_serializers import DeskOrderIn
from process_apis.order_to_cash.offers import OrderNotPossible
from process_apis.order_to_cash.serializers import OrderOut
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import ProblemOut, example

_ADA: dict[str, Any] = {
    "channel": "web",
    "operator": "kim",
    "customer": {"name": "Ada Example", "email": "ada@example.com"},
    "ship_to": {
        "name": "Ada Example", "line1": "Hauptstrasse 1", "city": "Berlin", "postcode": "10115", "country": "DE",
    },
}  # fmt: skip
BY_CARD = {**_ADA, "lines": [{"sku": "SKU-00001", "quantity": 1}], "payments": [{"kind": "card", "token": "tok_visa"}]}
AS_GOODWILL = {
    **_ADA,
    "lines": [
        {
            "sku": "SKU-00001",
            "quantity": 1,
            "unit_price": {"amount": "10.00", "currency": "EUR"},
            "wanted_on": "2027-03-01",
        }
    ],
    "payments": [{"kind": "cash_on_delivery"}],
}


class DeskOrdersView(IdempotentPost, OrdersView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}

    @extend_schema(
        operation_id="place_order_at_desk",
        summary="Place an order for a customer",
        description="Prices are those of the channel, unless a line names another one. It goes the way of every order "
        "of that channel; `placed_by` and its history say who placed it. The same Idempotency-Key again gets the same "
        "answer.",
        request=DeskOrderIn,
        responses={202: OrderOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("paid by card", BY_CARD),
            example("at a price agreed by hand, paid at the door", AS_GOODWILL),
            example("placed", {**ORDER, "state": "received"}, status=202),
        ],
        tags=["orders"],
    )
    def post(self, request: Request) -> HttpResponse:
        caller, key = cast(Principal, request.user), request.headers.get(HEADER, "")

        def work(body: dict[str, Any]) -> Response:
            if not caller.sees_channel(body["channel"]):
                detail = "This channel is not known, or not yours."
                raise OrderNotPossible("See errors.", errors=[{"pointer": "/channel", "detail": detail}])
            with placing.acceptable():
                asked = draft(body, caller=caller, key=key)
            order = placing.place(asked, now=clock.now())
            address = reverse("order", args=[order.number])
            whole = queries.whole_order(order.number, channels=caller.channels)
            return Response(OrderOut(whole).data, status=202, headers={"Location": address})

        return self.once(request, body=DeskOrderIn, work=work)


def draft(body: dict[str, Any], *, caller: Principal, key: str) -> placing.Draft:
    """What a valid DeskOrderIn asks for."""
    return placing.Draft(
        channel=body["channel"],
        name=f"desk:{caller.client}:{key}",
        customer=Customer(**body["customer"]),
        ship_to=Address(**body["ship_to"]),
        lines=[wish(line) for line in body["lines"]],
        payments=body.get("payments", []),
        pickup_node=body.get("pickup_node", ""),
        purchase_order=body.get("purchase_order", ""),
        placed_by=f"{body['operator']}, {caller.client}"[:160],
    )


def wish(line: dict[str, Any]) -> placing.Wish:
    """One line of it."""
    return placing.Wish(
        sku=line["sku"],
        quantity=line["quantity"],
        price=_money(line.get("unit_price")),
        discount=_money(line.get("discount")),
        contract=line.get("contract", ""),
        wanted_on=line.get("wanted_on"),
        belongs_to=line.get("belongs_to", ""),
        promotion=line.get("promotion", ""),
    )


def _money(amount: Any) -> Money | None:
    return Money(minor=amount.minor, currency=amount.currency) if amount else None
