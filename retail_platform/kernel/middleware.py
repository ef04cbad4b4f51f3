"""What surrounds every request. API paths pass through the edge and little else; sessions are for pages only."""

import logging
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import structlog
from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.cache import get_conditional_response

from retail_platform.kernel import correlation
from retail_platform.kernel.health import metrics
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.paths import needs_session, speaks_json
from retail_platform.kernel.problem import describe
from retail_platform.kernel.problem_handlers import INTERNAL, other_method

log = logging.getLogger(__name__)
access = structlog.get_logger("access")
_WORTH_A_LINE = ("/api/", "/hooks/", "/oauth/")
Handler = Callable[[HttpRequest], HttpResponseBase]


class Edge:
    """The outermost middleware: the correlation id, the last-resort answer, rate headers, ETag, one line in the log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        sent = {"traceparent": meta.get("HTTP_TRACEPARENT", ""), "X-Request-ID": meta.get("HTTP_X_REQUEST_ID", "")}
        began = time.perf_counter()
        with correlation.use(correlation.from_headers(sent)) as correlation_id:
            try:
                response = self.get_response(request)
            except Exception:
                log.exception("the last resort was needed")
                response = INTERNAL.response(instance=request.path)
            if isinstance(response, HttpResponseNotAllowed) and speaks_json(request.path):
                response = other_method(response, instance=request.path)
            response["X-Request-ID"] = correlation_id
            if speaks_json(request.path):
                response = _finish(request, response)
                _record(request, response, time.perf_counter() - began)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a plain Django view raises, if it has a meaning; the rest is Django's to log and answer."""
        problem = describe(exception) if speaks_json(request.path) else None
        return problem.response(instance=request.path) if problem else None


def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    for name, value in getattr(request, "rate_limit", {}).items():
        response[name] = value
    response.setdefault("X-Content-Type-Options", "nosniff")
    readable = request.method in ("GET", "HEAD") and response.status_code == 200 and not response.streaming
    if not readable or not request.path.startswith("/api/") or not isinstance(response, HttpResponse):
        return response
    response.setdefault("Cache-Control", "private, no-cache")
    response.setdefault("ETag", f'"{blake2b(response.content, digest_size=12).hexdigest()}"')
    answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
    answer["X-Request-ID"] = response["X-Request-ID"]  # a 304 is a new response
    return answer


def _record(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    route = request.resolver_match.route if request.resolver_match else "unmatched"
    metrics.record(method=request.method or "", route=route, status=response.status_code, seconds=seconds)
    caller = request.__dict__.get("user")
    if not request.path.startswith(_WORTH_A_LINE):
        return  # probes come every few seconds and say nothing new
    access.info(
        "request",
        method=request.method,
        path=request.path[:200],
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        client=caller.client if isinstance(caller, Principal) else "",
    )


class _OnPages:
    """Lets API paths pass by: they never see a cookie, and pay nothing for those who have one."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if needs_session(request.path):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)


class PageSessions(_OnPages, SessionMiddleware):
    """Sessions, for pages."""


class PageUsers(_OnPages, AuthenticationMiddleware):
    """Signed-in people, for pages."""


class PageMessages(_OnPages, MessageMiddleware):
    """One-time notices, for pages."""


class PageSecurityPolicy(_OnPages, CSPMiddleware):
    """Content-Security-Policy, for pages."""
