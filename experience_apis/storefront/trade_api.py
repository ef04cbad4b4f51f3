"""The portal of business customers: they order by purchase order, without tax in the price, and pay our invoice."""

from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from canonical.order import Address, Customer
from experience_apis.order_status import projection
from experience_apis.storefront import examples
from experience_apis.storefront.offer import OrderNotPossible, channel_of
from experience_apis.storefront.trade_serializers import TradeOrderIn, TradePlacedOut
from process_apis.order_to_cash import placing
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_WHERE = {"lines": "/positions", "ship_to": "/deliver_to"}


class TradeOrdersView(IdempotentPost, ApiView):
    required_scopes = {"POST": "storefront.orders"}

    @extend_schema(
        operation_id="place_trade_order",
        summary="Order as a business, by purchase order",
        description="Only in a channel whose prices are without tax: the tax of the place it goes to comes on top. We "
        "invoice each parcel when it leaves; the channel's terms say when that is due. One purchase order of an "
        "account is one order, under whatever Idempotency-Key; with other positions it is refused with 409.",
        request=TradeOrderIn,
        responses={202: TradePlacedOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("two days of delivery", examples.TRADE_ORDER),
            example("placed", examples.TRADE_PLACED, status=202),
        ],
        tags=["storefront"],
    )
    def post(self, request: Request) -> HttpResponse:
        caller = cast(Principal, request.user)

        def work(body: dict[str, Any]) -> Response:
            _sells_to_trade(body["channel"], caller=caller)
            now = clock.now()
            with placing.acceptable():
                asked = draft(body)
            order = placing.place(asked, now=now)
            projection.refresh(order.number, now=now)
            address = reverse("storefront-order", args=[order.number])
            answer = {
                "number": order.number,
                "purchase_order": order.purchase_order,
                "state": order.state,
                "status_url": address,
                "net": Money(minor=order.total_minor, currency=order.currency),
                "placed_at": order.placed_at,
            }
            return Response(TradePlacedOut(answer).data, status=202, headers={"Location": address})

        return self.once(request, body=TradeOrderIn, work=work)


def draft(body: dict[str, Any]) -> placing.Draft:
    """What a valid TradeOrderIn asks for."""
    return placing.Draft(
        channel=body["channel"],
        name=f"po:{body['account']}:{body['purchase_order']}",
        customer=Customer(reference=body["account"], **body["contact"]),
        ship_to=Address(**body["deliver_to"]),
        lines=[
            placing.Wish(sku=each["item"], quantity=each["quantity"], wanted_on=each.get("deliver_on"))
            for each in body["positions"]
        ],
        payments=[{"kind": "invoice_terms"}],
        purchase_order=body["purchase_order"],
        where=_WHERE,
    )


def _sells_to_trade(code: str, *, caller: Principal) -> None:
    try:
        channel = channel_of(code, caller=caller)
    except NotFound:
        detail = "This channel is not known, or not yours."
    else:
        detail = "Its prices contain tax; order there as a shopper." if channel.taxes_included else ""
    if detail:
        raise OrderNotPossible("See errors.", errors=[{"pointer": "/channel", "detail": detail}])
