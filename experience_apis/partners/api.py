"""Partners: where they want to be told of facts, what they were told, and telling it again."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.partners import examples, queries, serializers, services
from experience_apis.partners.serializers import (
    DeliveriesOut,
    DeliveriesQuery,
    DeliveryOut,
    EndpointIn,
    EndpointOut,
    EndpointsOut,
    RedeliverIn,
    SecretOut,
)
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import PageQuery, page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

_TAGS = ["partners"]


def _caller(request: Request) -> Principal:
    return cast(Principal, request.user)


class EndpointsView(IdempotentPost, ApiView):
    required_scopes = {"GET": "partners.read", "POST": "partners.write"}
    query_serializer = PageQuery

    @extend_schema(
        operation_id="endpoints",
        summary="Your webhook endpoints",
        responses={200: EndpointsOut},
        examples=[example("one endpoint", {"items": [examples.ENDPOINT], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = queries.endpoints(caller=_caller(request))
        return Response(page(rows, order=["created_at", "id"], query=self.query, show=serializers.endpoint))

    @extend_schema(
        operation_id="add_endpoint",
        summary="Be told of facts at an address of yours",
        description="Each fact is POSTed as a CloudEvent, signed as Standard Webhooks 1.0 says (webhook-id, "
        "webhook-timestamp, webhook-signature). Answer 2xx within five seconds; anything else is tried again, with "
        "growing pauses, for about three days. A fact may come twice and facts may overtake each other: keep the "
        "webhook-id, and look at `subject` and `sequence`. An address that answers 410, or takes nothing for five "
        "days, is switched off. Fetch the secret to check signatures with from its own address.",
        request=EndpointIn,
        responses={201: EndpointOut, 409: ProblemOut, 422: ProblemOut},
        examples=[
            example("orders and parcels of a shop", examples.NEW_ENDPOINT),
            example("made", examples.MADE, status=201),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request) -> HttpResponse:
        def work(body: dict[str, Any]) -> Response:
            endpoint = services.add(caller=_caller(request), body=body)
            address = reverse("partners-endpoint", args=[endpoint.id])
            return Response(serializers.endpoint(endpoint), status=201, headers={"Location": address})

        return self.once(request, body=EndpointIn, work=work)


class EndpointView(ApiView):
    required_scopes = {"GET": "partners.read", "DELETE": "partners.write"}
    path_examples = {"endpoint_id": examples.ENDPOINT_ID}

    @extend_schema(
        operation_id="endpoint",
        summary="One endpoint",
        responses={200: EndpointOut, 404: ProblemOut},
        examples=[example("an endpoint", examples.ENDPOINT, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return Response(serializers.endpoint(queries.endpoint(endpoint_id, caller=_caller(request))))

    @extend_schema(
        operation_id="delete_endpoint",
        summary="Be told nothing more",
        description="The endpoint, its secret and the list of its deliveries are forgotten.",
        responses={204: None, 404: ProblemOut},
        tags=_TAGS,
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        services.remove(caller=_caller(request), endpoint_id=endpoint_id)
        return Response(status=204)


class SecretView(ApiView):
    required_scopes = {"GET": "partners.write"}
    path_examples = {"endpoint_id": examples.ENDPOINT_ID}

    @extend_schema(
        operation_id="endpoint_secret",
        summary="What the signatures of an endpoint are made with",
        description="For whoever checks them. It is kept sealed, and stands in no other answer and in no log.",
        responses={200: SecretOut, 404: ProblemOut},
        examples=[example("a secret", examples.SECRET, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        secret = queries.secret(endpoint_id, caller=_caller(request))
        return Response(SecretOut({"secret": secret}).data, headers={"Cache-Control": "no-store"})


class DeliveriesView(ApiView):
    required_scopes = {"GET": "partners.read"}
    query_serializer = DeliveriesQuery

    @extend_schema(
        operation_id="deliveries",
        summary="What you were told, and what not yet",
        description="The latest first, with what your address answered each time.",
        responses={200: DeliveriesOut},
        examples=[example("taken at the second try", {"items": [examples.DELIVERY], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = queries.deliveries(
            caller=_caller(request), state=self.query.get("state"), endpoint_id=self.query.get("endpoint")
        )
        return Response(page(rows, order=["-created_at", "-id"], query=self.query, show=serializers.delivery))


class DeliveryView(ApiView):
    required_scopes = {"GET": "partners.read"}
    path_examples = {"delivery_id": examples.DELIVERY_ID}

    @extend_schema(
        operation_id="delivery",
        summary="One delivery",
        responses={200: DeliveryOut, 404: ProblemOut},
        examples=[example("taken at the second try", examples.DELIVERY, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, delivery_id: UUID) -> Response:
        return Response(serializers.delivery(queries.delivery(delivery_id, caller=_caller(request))))


class RedeliverView(IdempotentPost, ApiView):
    required_scopes = {"POST": "partners.write"}
    path_examples = {"delivery_id": examples.DELIVERY_ID}

    @extend_schema(
        operation_id="redeliver",
        summary="Be told it again",
        description="At once, under the same webhook-id, with the same body.",
        request=RedeliverIn,
        responses={202: DeliveryOut, 404: ProblemOut, 409: ProblemOut},
        examples=[example("again", {}), example("it is on its way", examples.AGAIN, status=202)],
        tags=_TAGS,
    )
    def post(self, request: Request, delivery_id: UUID) -> HttpResponse:
        def work(body: dict[str, Any]) -> Response:
            delivery = queries.delivery(delivery_id, caller=_caller(request))
            again = services.redeliver(delivery=delivery, now=clock.now())
            return Response(serializers.delivery(again), status=202)

        return self.once(request, body=RedeliverIn, work=work)
