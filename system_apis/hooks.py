"""POST /hooks/<connection>: prove that a webhook is genuine, keep it, say so. Everything else happens later.

The signature is checked on the raw bytes before anything is parsed. Unknown connection, switched-off connection, wrong
signature and changed body get the very same answer, and leave no row.
"""

import re
from collections.abc import Callable
from types import MappingProxyType

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from retail_platform.kernel import clock
from retail_platform.kernel.problem import Problem
from system_apis.carriers import webhooks as carriers
from system_apis.commerce import webhooks as commerce
from system_apis.connections import queries
from system_apis.connections.models import Connection, Kind
from system_apis.inbox import services
from system_apis.inbox.signatures import Headers, WebhookRules, base64_hmac, name_of
from system_apis.payments import webhooks as payments
from system_apis.wms import webhooks as wms

RULES: MappingProxyType[str, Callable[[Connection], WebhookRules | None]] = MappingProxyType(
    {
        Kind.COMMERCE: commerce.rules,
        Kind.WMS: wms.rules,
        Kind.PAYMENTS: payments.rules,
        Kind.CARRIER: carriers.rules,
    }
)
NOT_GENUINE = Problem(
    401,
    "webhook-not-genuine",
    "This delivery cannot be trusted",
    "Sign the raw body with the connection's webhook secret, and post it to the connection's own address.",
    headers={"WWW-Authenticate": "Webhook-Signature"},
)
TOO_LARGE = Problem(413, "body-too-large", "The body is too large", "Send at most 1048576 bytes in one body.")
NO_LENGTH = Problem(
    400, "invalid-request", "The request is not valid", "Send the number of bytes of the body as Content-Length."
)
ONLY_POST = Problem(
    405, "method-not-allowed", "Not this method", "A webhook is sent with POST.", headers={"Allow": "POST"}
)
_INSTANCE = "/hooks"  # not the path: who guesses names must not see which of them we know
_LONGEST_TOPIC = 100
_LENGTH = re.compile(r"[0-9]{1,18}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
log = structlog.get_logger("inbox")


@csrf_exempt
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Answer 200 once the delivery is committed, or was before; 401 for what is not genuine."""
    if request.method != "POST":
        return ONLY_POST.response(instance=_INSTANCE)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not _LENGTH.fullmatch(length):
        return NO_LENGTH.response(instance=_INSTANCE)
    if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return TOO_LARGE.response(instance=_INSTANCE)
    raw, headers, now = request.body, request.headers, clock.now()
    connection = queries.by_code(code) if _CODE.fullmatch(code) else None
    rules = RULES[connection.kind](connection) if connection and connection.kind in RULES else None
    if connection is None or rules is None:
        base64_hmac("the same work as for a connection we know", raw)
        return _refuse(code, headers)
    secrets = connection.webhook_secrets
    if not secrets or not rules.is_genuine(headers, raw, secrets, now):
        return _refuse(code, headers)
    topic = rules.topic(headers, raw)
    topic = topic[:_LONGEST_TOPIC] if topic.isprintable() else ""
    receipt = services.receive(
        connection=connection,
        event_id=name_of(rules.event_id(headers, raw), raw),
        topic=topic,
        fact_name=rules.facts.get(topic, services.UNRECOGNIZED),
        raw=raw,
        headers=headers,
        now=now,
    )
    return JsonResponse({"inbox_id": str(receipt.inbox_id), "new": receipt.new})


def _refuse(code: str, headers: Headers) -> HttpResponse:
    log.warning("webhook_refused", connection=code[:64], user_agent=headers.get("User-Agent", "")[:100])
    return NOT_GENUINE.response(instance=_INSTANCE)
