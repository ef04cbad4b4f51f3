"""A small API of the tests' own, to try the kernel's HTTP half on. Its addresses exist in tests only."""

import time
from typing import Any

from django.db import connection
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from retail_platform.kernel.health import views as health
from retail_platform.kernel.idempotency.models import IdempotentCall
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.models import Client
from retail_platform.kernel.identity.token import LimitedTokenView
from retail_platform.kernel.pages import PageQuery, page
from retail_platform.kernel.problem import DomainError
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import MoneyField, StrictSerializer
from retail_platform.kernel.views import ApiView


class OutOfEchoes(DomainError):
    """There is no echo left for this word."""

    status, kind, title = 409, "out-of-echoes", "No echo left"


class LineIn(StrictSerializer):
    sku = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=1000)


class EchoIn(StrictSerializer):
    word = serializers.CharField(max_length=60)
    at = serializers.DateTimeField(required=False)
    on = serializers.DateField(required=False)
    gift = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(choices=["loud", "soft"], required=False)
    ref = serializers.UUIDField(required=False)
    ratio = serializers.DecimalField(max_digits=8, decimal_places=3, required=False)
    price = MoneyField(required=False)
    lines = LineIn(many=True, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=20), required=False)


class EchoQuery(StrictSerializer):
    examples = {"sku": "BOOT-42", "limit": 10, "loud": True}

    sku = serializers.ListField(child=serializers.CharField(max_length=40), max_length=3)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)
    loud = serializers.BooleanField(required=False)


class EchoOut(serializers.Serializer[Any]):
    word = serializers.CharField()


class EchoView(IdempotentPost, ApiView):
    required_scopes = {"GET": "storefront.read", "POST": "storefront.orders"}
    query_serializer = EchoQuery

    @extend_schema(
        operation_id="hear",
        summary="Hear",
        responses={200: EchoOut},
        examples=[example("heard", {"word": "hello"}, status=200)],
    )
    def get(self, request: Request) -> Response:
        return Response({"word": ",".join(self.query["sku"]), "limit": self.query.get("limit")})

    @extend_schema(
        operation_id="echo",
        summary="Echo",
        request=EchoIn,
        responses={201: EchoOut, 409: ProblemOut},
        examples=[example("hello", {"word": "hello"}), example("heard", {"word": "hello"}, status=201)],
    )
    def post(self, request: Request) -> Any:
        return self.once(request, body=EchoIn, work=_echo)


class NumberedView(IdempotentPost, ApiView):
    required_scopes = {"POST": "storefront.orders"}
    path_examples = {"number": "7"}

    @extend_schema(
        operation_id="number",
        summary="Number",
        request=EchoIn,
        responses={201: EchoOut},
        examples=[example("hello", {"word": "hello"}), example("heard", {"word": "hello"}, status=201)],
    )
    def post(self, request: Request, number: int) -> Any:
        return self.once(request, body=EchoIn, work=lambda body: Response({"word": str(number)}, status=201))


class RawView(ApiView):
    """Says back what the parser made of the body."""

    required_scopes = {"POST": "storefront.orders"}

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        return Response({"got": str(request.data)[:50]})


class BrokenView(ApiView):
    required_scopes = {"GET": "storefront.read"}

    @extend_schema(exclude=True)
    def get(self, request: Request, how: str) -> Response:
        if how == "bug":
            raise RuntimeError("secret /path/to/file SELECT 1")
        if how == "refused":
            raise OutOfEchoes("Take another word.", errors=[{"pointer": "/word", "detail": "used up"}], retry_after_s=3)
        if how == "doubled":
            Client.objects.create(name="twin", scopes=[])
            Client.objects.create(name="twin", scopes=[])
        with connection.cursor() as cursor:
            cursor.execute(_SQL[how])
        return Response({})


class ClientsView(ApiView):
    required_scopes = {"GET": "storefront.read"}
    query_serializer = PageQuery

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        clients = Client.objects.all()
        return Response(page(clients, order=("-created_at", "-id"), query=self.query, show=lambda client: client.name))


class OpenByMistakeView(ApiView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response({"secret": 1})


_SQL = {
    "nul": "SELECT convert_from('\\x00'::bytea, 'UTF8')",
    "check": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23514'; END $$",
    "serialization": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$",
    "lost": "SELECT pg_terminate_backend(pg_backend_pid())",
}


def _echo(body: dict[str, Any]) -> Response:
    word = body["word"]
    Client.objects.create(name=word, scopes=[])  # an effect that would be seen if it happened twice
    if word == "refused":
        raise OutOfEchoes
    if word == "failing":
        return Response({"word": word}, status=500)
    if word == "slow":
        time.sleep(0.3)
    return Response({"word": word, "calls": IdempotentCall.objects.count()}, status=201, headers={"Location": "/x"})


api_urlpatterns = [
    path("v1/echoes", EchoView.as_view()),
    path("v1/echoes/<int:number>", NumberedView.as_view()),
    path("v1/clients", ClientsView.as_view()),
    path("v1/raw", RawView.as_view()),
    path("v1/broken/<slug:how>", BrokenView.as_view()),
    path("v1/open", OpenByMistakeView.as_view()),
]
urlpatterns = [
    path("api/echo/", include(api_urlpatterns)),
    path("oauth/token", LimitedTokenView.as_view()),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("status", health.status),
    path("metrics", health.metrics),
]
handler400 = "retail_platform.kernel.problem_handlers.bad_request"
handler403 = "retail_platform.kernel.problem_handlers.forbidden"
handler404 = "retail_platform.kernel.problem_handlers.not_found"
handler500 = "retail_platform.kernel.problem_handlers.server_error"
