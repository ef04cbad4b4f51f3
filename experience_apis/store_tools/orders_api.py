"""Endless aisle: a store sells what it has not got, takes the money at its till, and the goods come from elsewhere."""

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from canonical.order import Address, Customer
from experience_apis.order_status import projection
from experience_apis.store_tools import examples
from experience_apis.store_tools.orders_serializers import TillOrderIn, TillPlacedOut
from experience_apis.store_tools.queries import NO_STORE
from process_apis.catalog import queries as catalog
from process_apis.order_to_cash import paying, placing
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_WHERE = {"lines": "/items", "ship_to": "/address", "pickup_node": "/collect_at", "payments": "/taken"}


class StoreOrdersView(IdempotentPost, ApiView):
    required_scopes = {"POST": "stores.write"}
    path_examples = {"node": examples.STORE}

    @extend_schema(
        operation_id="order_at_till",
        summary="Order for a customer what the store has not got",
        description="Prices are those of the channel. What the till has taken is a deposit of the customer until the "
        "goods leave; if some of it cannot be sent, the store is asked to pay it back. One receipt of a store is one "
        "order, under whatever Idempotency-Key; with other content it is refused with 409.",
        request=TillOrderIn,
        responses={202: TillPlacedOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("sent home, paid in cash", examples.TILL_ORDER),
            example("placed", examples.TILL_PLACED, status=202),
        ],
        tags=["store tools"],
    )
    def post(self, request: Request, node: str) -> HttpResponse:
        caller = cast(Principal, request.user)

        def work(body: dict[str, Any]) -> Response:
            if not caller.sees_store(node) or node not in catalog.nodes():
                raise NotFound(NO_STORE)
            now = clock.now()
            with placing.acceptable():
                asked = draft(body, node=node)
            order = placing.place(asked, now=now)
            projection.refresh(order.number, now=now)
            answer = {
                "number": order.number,
                "receipt": body["receipt"],
                "state": order.state,
                "total": Money(minor=order.total_minor, currency=order.currency),
                "placed_at": order.placed_at,
            }
            return Response(TillPlacedOut(answer).data, status=202)

        return self.once(request, body=TillOrderIn, work=work)


def draft(body: dict[str, Any], *, node: str) -> placing.Draft:
    """What a valid TillOrderIn asks for."""
    return placing.Draft(
        channel=body["channel"],
        name=f"till:{node}:{body['receipt']}",
        customer=Customer(**body["customer"]),
        ship_to=Address(**body["address"]),
        lines=[placing.Wish(sku=each["sku"], quantity=each["quantity"]) for each in body["items"]],
        payments=[{**each, "token": body["receipt"]} for each in body.get("taken", [])],
        offered=paying.taken_at_till,
        pickup_node=body.get("collect_at", ""),
        sold_at=node,
        placed_by=f"{body['staff']}, {node}"[:160],
        where=_WHERE,
    )
