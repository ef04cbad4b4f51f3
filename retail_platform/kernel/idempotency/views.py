"""The Idempotency-Key on every POST that makes money or goods."""

import re
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from django.urls import ResolverMatch
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.fingerprint import fingerprint
from retail_platform.kernel.idempotency.services import Answer, once
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import Invalid
from retail_platform.kernel.serializers import StrictSerializer, read

HEADER = "Idempotency-Key"
_IN_META = "HTTP_IDEMPOTENCY_KEY"  # Django's `headers` reads every header to find one
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "ETag", "Deprecation", "Sunset")


class IdempotentPost:
    """Gives a view `self.once(request, body=PlaceOrderIn, work=place)`; the schema then shows the header.

    `work` gets the validated body and answers a DRF Response. It runs inside one transaction with the record of its
    answer, so it must do local work only (rows and outbox facts).
    """

    idempotent_methods = ("POST",)
    kwargs: dict[str, Any]

    def once(
        self, request: Request, *, body: type[StrictSerializer], work: Callable[[dict[str, Any]], Response]
    ) -> HttpResponse:
        """The answer to this key: made now, or the one given before, byte for byte."""
        key = key_of(request)
        value = read(request.data, by=body)
        answer = once(
            client=cast(Principal, request.user).client,
            operation=f"{request.method} {cast(ResolverMatch, request.resolver_match).route}"[:200],
            key=key,
            fingerprint=fingerprint(path=self.kwargs, body=value),
            work=lambda: _answer(work(value)),
            now=clock.now(),
        )
        response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
        response["Content-Type"] = "application/json"
        if answer.replayed:
            response["Idempotency-Replayed"] = "true"
        return response


def key_of(request: Request) -> str:
    """The key a caller chose. Raises Invalid where it is missing or is none."""
    key = request.META.get(_IN_META)
    if key is None:
        raise Invalid(
            f"Send an {HEADER} header: any text of your own that names this one request, the same when you repeat it.",
            errors=[{"header": HEADER, "detail": "The header is missing."}],
        )
    if not _KEY.fullmatch(key):
        raise Invalid(
            f"The {HEADER} must be 1 to 255 visible ASCII characters.",
            errors=[{"header": HEADER, "detail": "Use 1 to 255 visible ASCII characters, for example a UUID."}],
        )
    return key


def _answer(response: Response) -> Answer:
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    return Answer(status=response.status_code, headers=headers, body=body)
