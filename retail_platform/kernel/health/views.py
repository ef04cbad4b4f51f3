"""The four addresses that watch over us. Anonymous callers learn whether we are well, and nothing more (X34)."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from retail_platform.kernel import clock
from retail_platform.kernel.health.registry import findings
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.identity.queries import principal_of
from retail_platform.kernel.problem import Problem

SCOPE = "operations.read"
_UNAUTHORIZED = Problem(
    401, "unauthorized", "Say who you are", f"Send a key or token with the scope {SCOPE}.",
    headers={"WWW-Authenticate": 'Bearer realm="retail-platform"'},
)  # fmt: skip
_NOT_READY = Problem(503, "not-ready", "Not ready", "The database is away or not migrated yet.", retry_after_s=2)


class _Migrations:
    """Once applied, migrations stay applied; the plan is worked out only until then."""

    applied = False


@csrf_exempt  # another method is answered as one, not as a form without its token
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@csrf_exempt
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database is there and migrated. Not Valkey, not vendors: their outage must not empty a load balancer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _Migrations.applied:
            executor = MigrationExecutor(connection)
            _Migrations.applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _NOT_READY.response(instance=request.path)
    if not _Migrations.applied:
        return _NOT_READY.response(instance=request.path)
    return HttpResponse("ok", content_type="text/plain")


@csrf_exempt
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """All checks. Who may not see the detail gets one word."""
    found = findings()
    well = all(finding.ok for finding in found.values())
    document: dict[str, Any] = {"status": "ok" if well else "red"}
    if _may_see(request):
        document["checks"] = {
            name: {"ok": finding.ok, "detail": finding.detail, "value": finding.value}
            for name, finding in found.items()
        }
    return JsonResponse(document, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: request times, and each check as a gauge."""
    if not _client_may(request):
        return _UNAUTHORIZED.response(instance=request.path)
    lines = ["# TYPE retail_check_ok gauge", "# TYPE retail_check_value gauge"]
    for name, finding in findings().items():
        lines.append(f'retail_check_ok{{check="{name}"}} {int(finding.ok)}')
        if finding.value is not None:
            lines.append(f'retail_check_value{{check="{name}"}} {finding.value}')
    own = ("\n".join(lines) + "\n").encode()
    return HttpResponse(generate_latest() + own, content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    person = getattr(request, "user", AnonymousUser())
    return _client_may(request) or bool(getattr(person, "is_staff", False))


def _client_may(request: HttpRequest) -> bool:
    scheme, _, credential = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        credential = request.META.get("HTTP_X_API_KEY", "")
    credential = credential.strip()
    caller = principal_of(credential, now=clock.now()) if 0 < len(credential) <= 512 else None
    return isinstance(caller, Principal) and caller.may(SCOPE)
