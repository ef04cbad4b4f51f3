"""Availability ahead of Django: one WSGI function for exactly the request that storefronts send all day.

It answers `GET …/availability?sku=…&channel=…` of a caller whom this process already knows, from the copy in Valkey,
with the very bytes and headers of the view in api.py. Anything unusual goes to Django: another parameter, an unknown
caller or sku, a spent budget, a host or Accept it has not seen, Valkey away. So there is one place for each error.
Such an answer writes no line in the access log; it is counted in /metrics like every other.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from experience_apis.availability.fast import Budget, Exact, Found, Lacking, Near
from experience_apis.storefront.answer import COPY_LACKS, age_ms, head
from experience_apis.storefront.offer_serializers import MOST_SKUS
from retail_platform.kernel import correlation
from retail_platform.kernel.health import metrics
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.identity.queries import remembered
from retail_platform.kernel.throttle import WINDOW_S, key_of
from retail_platform.kernel.valkey import Down
from retail_platform.kernel.wire import Wire

log = logging.getLogger(__name__)
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[..., Iterable[bytes]]
PATH = "/api/experience/storefront/v1/availability"
_ROUTE = PATH.lstrip("/")
_SCOPE = "storefront.read"
_LONGEST_QUESTION, _LONGEST_CREDENTIAL = MOST_SKUS * 80, 512
_MOST_CALLERS = 10_000
_ANY_TYPE = {
    None,
    "*/*",
    "application/json",
    "application/json, text/plain, */*",
}  # the last is what browsers' axios says


class Caller(NamedTuple):
    """What is the same for all requests of one credential."""

    principal: Principal
    budget: Budget
    policy: str


class Front:
    """The application a web server calls; `behind` is Django's. `mode` is settings.AVAILABILITY_FRONT."""

    def __init__(self, behind: Application, *, mode: str) -> None:
        self.behind = behind
        wire = Wire(settings.VALKEY_URL)
        self.find = (Near(wire) if mode == "copy" else Exact(wire)).find
        self._callers: dict[bytes, Caller] = {}
        self._answered = metrics.recorder(method="GET", route=_ROUTE, status=200)
        self._unchanged = metrics.recorder(method="GET", route=_ROUTE, status=304)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "GET":
            began = time.perf_counter()
            try:
                body = self._answer(environ, start_response)
            except Exception:  # Django can still answer, and nobody waits for a fault of a short cut
                log.exception("the front failed")
                body = None
            if body is not None:
                (self._answered if body else self._unchanged)(time.perf_counter() - began)
                return (body,)
        return self.behind(environ, start_response)

    def _answer(self, environ: Environ, start_response: Callable[..., Any]) -> bytes | None:
        """The body, after its head was sent; None if Django is to answer."""
        asked = _question(environ.get("QUERY_STRING", ""))
        caller = self._caller(environ)
        if asked is None or caller is None or not _usual(environ):
            return None
        channel, _ = asked
        if not caller.principal.sees_channel(channel):
            return None
        try:
            found = self.find(asked, caller.budget)
        except Lacking:
            environ[COPY_LACKS] = True
            return None
        except Down:
            return None
        if found is None:
            return None
        headers = [("ETag", found.etag), ("Cache-Control", "private, no-cache"), ("X-Request-ID", _request_id(environ))]
        if environ.get("HTTP_IF_NONE_MATCH") == found.etag:
            start_response("304 Not Modified", headers)
            return b""
        beginning, as_of = _beginning(channel, found.fresh)
        age = age_ms(now=time.time(), until=as_of)
        body = b'%b%d,"items":[%b]}' % (beginning, age, found.items)
        headers.append(("Content-Type", "application/json"))
        headers.append(("Content-Length", str(len(body))))
        headers += _budget_headers(caller, found)
        headers += _always(environ["wsgi.url_scheme"])
        start_response("200 OK", headers)
        return body

    def _caller(self, environ: Environ) -> Caller | None:
        credential = _credential(environ)
        if not 0 < len(credential) <= _LONGEST_CREDENTIAL:
            return None
        digest = sha256(credential.encode("utf-8", "replace")).digest()
        principal = remembered(digest)
        if principal is None or not principal.may(_SCOPE):
            return None
        caller = self._callers.get(digest)
        if caller is None or caller.principal is not principal:
            caller = _described(principal)
            if len(self._callers) >= _MOST_CALLERS:
                self._callers.clear()
            self._callers[digest] = caller
        return caller


def _described(principal: Principal) -> Caller:
    limit = principal.per_minute or settings.THROTTLE_PER_MINUTE[_SCOPE]
    budget = Budget(key_of(subject=principal.client, policy=_SCOPE), limit)
    return Caller(principal, budget, f'"{_SCOPE}";q={limit};w={WINDOW_S}')


def _credential(environ: Environ) -> str:
    """As kernel.identity.authentication reads it."""
    scheme, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme == "Bearer" or scheme.lower() == "bearer":
        return rest.strip()
    return environ.get("HTTP_X_API_KEY", "").strip()


@lru_cache(maxsize=500)
def _question(query: str) -> tuple[str, tuple[str, ...]] | None:
    """Channel and skus, each once; None for anything but these two parameters. Whether a sku exists, the copy knows."""
    if len(query) > _LONGEST_QUESTION:
        return None
    if query.startswith("channel="):
        channel, _, rest = query[8:].partition("&")
    else:
        rest, _, channel = query.rpartition("&channel=")
    skus = rest[4:].split("&sku=")
    several = len(skus)
    # As many & and = as there must be: then no other parameter hides in a channel or sku.
    if rest[:4] != "sku=" or query.count("&") != several or query.count("=") != several + 1 or several > MOST_SKUS:
        return None
    if "%" in query or "+" in query:
        channel, skus = unquote_plus(channel), [unquote_plus(sku) for sku in skus]
    return channel, tuple(dict.fromkeys(skus))


def _usual(environ: Environ) -> bool:
    """Whether nothing else about the request asks for another answer than the plain one."""
    get = environ.get
    if get("HTTP_ACCEPT") not in _ANY_TYPE or get("CONTENT_LENGTH") not in (None, "", "0"):
        return False
    held = get("HTTP_IF_NONE_MATCH")
    if held is not None and ("," in held or not held.startswith(('"', 'W/"'))):
        return False
    if settings.SECURE_SSL_REDIRECT and environ["wsgi.url_scheme"] != "https":
        return False
    return _known_host(get("HTTP_HOST", ""))


@lru_cache(maxsize=1000)
def _known_host(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=256)
def _beginning(channel: str, fresh: bytes) -> tuple[bytes, float]:
    """The head of a body and the instant it speaks of; the same for all requests until the copy moves on."""
    micros = int(fresh.rsplit(b" ", 1)[1])
    until = datetime.fromtimestamp(micros // 1_000_000, UTC) + timedelta(microseconds=micros % 1_000_000)
    return head(channel, until=until).encode(), micros / 1_000_000


def _request_id(environ: Environ) -> str:
    if "HTTP_TRACEPARENT" in environ or "HTTP_X_REQUEST_ID" in environ:
        sent = {
            "traceparent": environ.get("HTTP_TRACEPARENT", ""),
            "X-Request-ID": environ.get("HTTP_X_REQUEST_ID", ""),
        }
        return correlation.from_headers(sent)
    return correlation.new()


def _budget_headers(caller: Caller, found: Found) -> Headers:
    left = f'"{_SCOPE}";r={found.remaining};t={-(-found.reset_ms // 1000)}'
    return [("RateLimit-Policy", caller.policy), ("RateLimit", left)]


@lru_cache(maxsize=2)
def _always(scheme: str) -> Headers:
    """What DRF and Django's middleware add to every such answer."""
    request = HttpRequest()
    request.META["wsgi.url_scheme"] = scheme
    response = XFrameOptionsMiddleware(lambda _: HttpResponse()).process_response(request, HttpResponse())
    response = SecurityMiddleware(lambda _: HttpResponse()).process_response(request, response)
    del response["Content-Type"]
    return [("Allow", "GET, HEAD"), *response.items()]
