"""The storefront: what can be had, what it costs, ordering it, and following the order."""

from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from experience_apis.availability import queries as availability
from experience_apis.availability.fragment import UNKNOWN, etag
from experience_apis.order_status import guests, waiting
from experience_apis.order_status import queries as order_status
from experience_apis.order_status.models import OrderStatus
from experience_apis.storefront import examples, offer, services
from experience_apis.storefront.answer import COPY_LACKS, age_ms, head
from experience_apis.storefront.offer_serializers import AvailabilityOut, PricesOut, SkusQuery
from experience_apis.storefront.placing_serializers import PlacedOut, PlaceOrderIn
from experience_apis.storefront.status_serializers import OrderQuery, OrderStatusOut, shown
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost, key_of
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import show
from retail_platform.kernel.views import ApiView

_TAGS = ["storefront"]


class AvailabilityView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    query_serializer = SkusQuery

    @extend_schema(
        operation_id="availability",
        summary="What can be had of up to 200 skus",
        description="Counts are kept ready and refreshed by every change of stock; `as_of` and `age_ms` say how far "
        "they follow. Send the ETag of the last answer as If-None-Match to be told 304 while nothing is different. "
        'An sku that the channel does not sell has status "unknown".',
        responses={200: AvailabilityOut, 304: None, 404: None},
        examples=[example("two skus", examples.AVAILABILITY, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> HttpResponse:
        channel = offer.channel_of(self.query["channel"], caller=cast(Principal, request.user)).code
        now = clock.now()
        until = availability.current_until(now=now)  # before the figures: they may be newer than we say, never older
        skus = list(dict.fromkeys(self.query["sku"]))
        shown = availability.fragments(skus, channel=channel, mend=COPY_LACKS in request.META)
        age = age_ms(now=now.timestamp(), until=until.timestamp())
        text = f'{head(channel, until=until)}{age},"items":[{",".join(item.body for item in shown)}]}}'
        marks = "".join(item.mark for item in shown).encode()
        return HttpResponse(text, content_type="application/json", headers={"ETag": etag(marks)})


class PricesView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    query_serializer = SkusQuery

    @extend_schema(
        operation_id="prices",
        summary="What up to 200 skus cost",
        description="The price of one unit in the channel's currency, as an order placed now would be charged.",
        responses={200: PricesOut, 304: None, 404: None},
        examples=[example("two skus", examples.PRICES, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        channel = offer.channel_of(self.query["channel"], caller=cast(Principal, request.user))
        skus = list(dict.fromkeys(self.query["sku"]))
        found = offer.prices(skus, channel=channel)
        items = [_priced(found, sku) for sku in skus]
        answer = {"channel": channel.code, "taxes_included": channel.taxes_included, "items": items}
        return Response(PricesOut(answer).data)


class OrdersView(IdempotentPost, ApiView):
    required_scopes = {"POST": "storefront.orders"}

    @extend_schema(
        operation_id="place_order",
        summary="Place an order",
        description="Prices and shipping are ours: send `expected_total` to be refused rather than charged another "
        "sum than the buyer saw. The answer comes as soon as the order is kept; goods, payment and warehouse follow, "
        "and the address in `Location` tells how far it is. The same Idempotency-Key again gets the same answer.",
        request=PlaceOrderIn,
        responses={202: PlacedOut, 409: None, 422: None},
        examples=[
            example("two pairs, by card", examples.ORDER),
            example("from a cart, the second thing gift-wrapped", examples.CART_ORDER),
            example("to collect at a store", examples.PICKUP_ORDER),
            example("to collect, gift card first and card for the rest", examples.GIFT_CARD_ORDER),
            example("placed", examples.PLACED, status=202),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        caller, key = cast(Principal, request.user), key_of(request)

        def work(body: dict[str, Any]) -> Response:
            order = services.place(caller=caller, key=key, body=body, now=clock.now())
            address = reverse("storefront-order", args=[order.number])
            answer = {
                "number": order.number,
                "state": order.state,
                "status_url": address,
                "total": Money(minor=order.total_minor, currency=order.currency),
                "placed_at": order.placed_at,
            }
            return Response(show(answer, by=PlacedOut), status=202, headers={"Location": address})

        return self.once(request, body=PlaceOrderIn, work=work)


class OrderView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    query_serializer = OrderQuery
    path_examples = {"number": examples.NUMBER}

    @extend_schema(
        operation_id="order_status",
        summary="Where an order is",
        description="Its state in words for the buyer, what has left in which parcel, and its money. An order of a "
        "channel that is not yours answers the same 404 as one that is not there; so does a wrong `email` or `token`. "
        "To follow an order, ask again with its `version` as `after` and a `wait`: the answer comes with the next "
        "change, or as it was once the time is over; with Retry-After at once, where too many wait already.",
        responses={200: OrderStatusOut, 304: None, 404: None},
        examples=[
            example("partly shipped", examples.STATUS, status=200),
            example("ready to collect", examples.READY_TO_COLLECT, status=200),
        ],
        tags=_TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        caller = cast(Principal, request.user)
        email, token = self.query.get("email", ""), self.query.get("token", "")
        if email or token:
            guests.count(subject=f"{caller.client}:{number}")

        def look() -> OrderStatus:
            return order_status.status(number, may_see=caller.sees_channel, email=email, token=token)

        row = look()
        waits = self.query["wait"] and row.version <= self.query["after"]
        if waits and not waiting.until_newer(row.number, than=self.query["after"], within_s=self.query["wait"]):
            return Response(OrderStatusOut(shown(row)).data, headers={"Retry-After": "2"})
        return Response(OrderStatusOut(shown(look() if waits else row)).data)


def _priced(found: offer.Offer, sku: str) -> dict[str, Any]:
    if sku not in found.products:
        return {"sku": sku, "status": UNKNOWN, "title": "", "price": None}
    return {"sku": sku, "status": "on_sale", "title": found.products[sku].title, "price": found.price(sku)}
