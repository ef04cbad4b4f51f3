"""Whatever ends a request, turned into problem details: DRF's errors, Django's, the database's, and the rest."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions

from retail_platform.kernel.paths import speaks_json
from retail_platform.kernel.problem import Problem, describe, translate
from retail_platform.kernel.problem_errors import pointers

log = logging.getLogger(__name__)

_WAIT_S = 2
INTERNAL = Problem(
    500, "internal-error", "Something broke on our side",
    "Nothing of the request was kept. Try again; if it stays, tell us the correlation id.",
)  # fmt: skip
BUSY = Problem(
    503, "try-again", "Not possible at this moment",
    "Nothing of the request was kept. Send it again, unchanged, after Retry-After.", retry_after_s=_WAIT_S,
)  # fmt: skip
BAD_VALUE = Problem(400, "invalid-request", "The request is not valid", "A value holds characters that cannot be kept.")
NOT_FOUND = Problem(404, "not-found", "Not found", "There is nothing here for you. Check the address and the id.")
FORBIDDEN = Problem(403, "forbidden", "Not allowed", "Your key or token does not allow this.")
BAD_REQUEST = Problem(400, "invalid-request", "The request is not valid", "The request could not be understood.")
OTHER_METHOD = Problem(
    405, "method-not-allowed", "Not this method", "This address does not take this method; Allow names those it does."
)
TOO_LARGE = Problem(413, "body-too-large", "The body is too large", "Send at most 1 MB in one body.")
# PostgreSQL's SQLSTATE, https://www.postgresql.org/docs/18/errcodes-appendix.html
_BY_STATE = {
    "23505": Problem(409, "conflict", "This does not fit the present state", "Such a thing exists already."),
    "23503": Problem(409, "conflict", "This does not fit the present state", "Something this refers to is not there."),
    "23514": Problem(422, "unprocessable", "The request breaks a rule", "The books refuse this: it breaks a rule."),
    "40001": BUSY, "40P01": BUSY, "55P03": BUSY, "57014": BUSY, "53300": BUSY, "57P01": BUSY, "57P03": BUSY,
    "22021": BAD_VALUE, "22P05": BAD_VALUE, "22P02": BAD_VALUE, "22003": BAD_VALUE, "22001": BAD_VALUE,
}  # fmt: skip
_DRF: dict[int, tuple[str, str]] = {
    400: ("invalid-request", "The request is not valid"),
    401: ("unauthorized", "Say who you are"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Not this method"),
    406: ("not-acceptable", "Only JSON is spoken here"),
    415: ("unsupported-media-type", "Send application/json"),
    429: ("too-many-requests", "Too many requests"),
}


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER. None leaves an unforeseen error to Django, which logs it and asks `server_error`."""
    problem = describe(exc)
    return problem.response(instance=context["request"].path) if problem else None


def from_drf(exc: exceptions.APIException) -> Problem:
    """The problem one of DRF's own exceptions means."""
    kind, title = _DRF.get(exc.status_code, ("invalid-request", "The request is not valid"))
    challenge = str(getattr(exc, "auth_header", ""))  # set by DRF's views
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    wait = getattr(exc, "wait", None)
    if isinstance(exc, exceptions.ValidationError):
        detail = "Correct what errors names and send it again."
        return Problem(exc.status_code, kind, title, detail, errors=pointers(exc.detail))
    if isinstance(exc, exceptions.NotAuthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="retail-platform"'
        detail = "Send a key or token: Authorization: Bearer …, or X-API-Key: …. /docs/ says how to get one."
    elif isinstance(exc, exceptions.PermissionDenied) and exc.detail == exceptions.PermissionDenied.default_detail:
        detail = FORBIDDEN.detail
    elif isinstance(exc, exceptions.NotAcceptable):
        detail = "Accept application/json."
    else:
        detail = str(exc.detail)
    return Problem(exc.status_code, kind, title, detail, retry_after_s=round(wait) if wait else None, headers=headers)


def from_database(exc: DatabaseError) -> Problem:
    """The problem a database error means, by its SQLSTATE; a lost connection has none and passes by itself."""
    state = getattr(exc.__cause__, "sqlstate", None)
    problem = _BY_STATE.get(state or "")
    if problem is None and isinstance(exc, DataError):
        problem = BAD_VALUE
    if problem is None and isinstance(exc, OperationalError | InterfaceError):
        problem = BUSY
    if problem is None and isinstance(exc, IntegrityError):
        problem = _BY_STATE["23514"]
    log.warning("database error", extra={"sqlstate": state, "error": type(exc).__name__}, exc_info=problem is None)
    return problem or INTERNAL


def other_method(response: HttpResponse, *, instance: str) -> HttpResponse:
    """Words for Django's own 405, which has none."""
    answer = OTHER_METHOD.response(instance=instance)
    answer["Allow"] = response["Allow"]
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    if not speaks_json(request.path):
        return defaults.bad_request(request, exception)
    problem = describe(exception) or BAD_REQUEST
    return problem.response(instance=request.path)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    if not speaks_json(request.path):
        return defaults.permission_denied(request, exception)
    return FORBIDDEN.response(instance=request.path)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if not speaks_json(request.path):
        return defaults.page_not_found(request, exception)
    return NOT_FOUND.response(instance=request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; says nothing of what broke, that is in the log under the same correlation id."""
    if not speaks_json(request.path):
        return defaults.server_error(request)
    return INTERNAL.response(instance=request.path)


translate(exceptions.APIException, from_drf)
translate(exceptions.MethodNotAllowed, from_drf)
translate(DatabaseError, from_database)
translate(InterfaceError, from_database)
translate(Http404, lambda exc: NOT_FOUND)
translate(PermissionDenied, lambda exc: FORBIDDEN)
translate(RequestDataTooBig, lambda exc: TOO_LARGE)
translate(SuspiciousOperation, lambda exc: BAD_REQUEST)
