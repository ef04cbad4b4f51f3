"""The plain way to take an order: the same view, checks and rows, with a statement of the ORM for each thing.

Served as `benchmarks.capture_ways:plain`, with all of the platform's middleware, authentication, throttle and
idempotency; what its `place` does is what is compared.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from canonical.money import Money
from experience_apis.order_status import projection
from experience_apis.order_status.models import OrderStatus
from experience_apis.storefront.placing_serializers import PlacedOut, PlaceOrderIn
from process_apis.catalog.models import Channel, Jurisdiction, Product
from process_apis.catalog.tender_models import TenderKind
from process_apis.orders import services as orders
from process_apis.orders.models import Order, OrderEvent, OrderLine, Payment, PaymentState
from retail_platform.kernel import clock, correlation
from retail_platform.kernel.idempotency.fingerprint import fingerprint
from retail_platform.kernel.idempotency.models import IdempotentCall
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.outbox.models import Aggregate, Fact
from retail_platform.kernel.views import ApiView

PATH = "/api/experience/storefront/v1/orders"


class PlainOrders(ApiView):
    """Once for each key, by the ORM's get_or_create."""

    required_scopes = {"POST": "storefront.orders"}

    def post(self, request: Request) -> Response:
        serializer = PlaceOrderIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        body, now, caller = serializer.validated_data, clock.now(), cast(Principal, request.user)
        asked = fingerprint(path={}, body=body)
        with transaction.atomic():
            call, new = IdempotentCall.objects.get_or_create(
                client=caller.client, operation="POST orders", key=request.headers["Idempotency-Key"],
                defaults={"fingerprint": asked, "status": 202, "created_at": now},
            )  # fmt: skip
            if not new:
                if bytes(call.fingerprint) != asked:
                    raise serializers.ValidationError("the key was used for another request")
                return Response(call.body, status=call.status)
            order = place(body, key=call.key, now=now)
            status = OrderStatus.objects.get(number=order.number)
            total = Money(minor=order.total_minor, currency=order.currency)
            answer = PlacedOut(
                {"number": order.number, "state": status.state, "status_url": f"{PATH}/{order.number}", "total": total,
                 "placed_at": order.placed_at}
            ).data  # fmt: skip
            call.body = str(answer)
            call.save()
        return Response(answer, status=202)


def place(body: Mapping[str, Any], *, key: str, now: datetime) -> Order:
    """Look up, create and save, one thing after another."""
    channel = Channel.objects.get(code=body["channel"], active=True)
    Jurisdiction.objects.get(country=body["ship_to"]["country"])
    kind = TenderKind.objects.get(code=body["payment"]["kind"], active=True)
    products = [Product.objects.get(sku=line["sku"], active=True) for line in body["lines"]]
    bought = list(zip(body["lines"], products, strict=True))
    order = book(body, channel, kind, bought, key=key, now=now)
    projection.refresh(order.number, now=now)
    return order


def book(
    body: Mapping[str, Any], channel: Channel, kind: TenderKind, bought: Sequence[tuple[Mapping[str, Any], Product]], *,
    key: str, now: datetime,
) -> Order:  # fmt: skip
    """The rows of one order, its history and its fact."""
    total = channel.shipping_minor + sum(line["quantity"] * product.price_minor for line, product in bought)
    order, new = Order.objects.get_or_create(
        channel=channel.code, channel_order_id=key,
        defaults={
            "number": orders.new_number(), "channel_version": "1", "entity": settings.LEGAL_ENTITY,
            "currency": channel.currency, "taxes_included": True, "shipping_minor": channel.shipping_minor,
            "total_minor": total, "customer_name": body["customer"]["name"],
            "customer_email": body["customer"]["email"], "ship_to": dict(body["ship_to"]),
            "correlation_id": correlation.current(), "placed_at": now,
        },
    )  # fmt: skip
    if not new:
        return order
    for position, (line, product) in enumerate(bought, start=1):
        OrderLine.objects.create(
            order=order, line_id=str(position), position=position, sku=product.sku, title=product.title,
            unit=product.unit, quantity=line["quantity"], unit_price_minor=product.price_minor,
        )  # fmt: skip
    Payment.objects.create(
        order=order, position=1, kind=kind.code, amount_minor=total, state=PaymentState.PROMISED,
        reference=body["payment"]["token"],
    )  # fmt: skip
    OrderEvent.objects.create(order=order, name="order.placed", detail={}, correlation_id=correlation.current())
    about, _ = Aggregate.objects.select_for_update().get_or_create(
        name=f"order:{order.number}", defaults={"sequence": 0}
    )
    about.sequence += 1
    about.save()
    Fact.objects.create(
        name="order.placed", aggregate=about.name, sequence=about.sequence,
        data={"order_number": order.number, "channel": order.channel}, correlation_id=correlation.current(),
    )  # fmt: skip
    return order


urlpatterns = [path(PATH.lstrip("/"), PlainOrders.as_view())]
