"""What a status line or a broken call means: one of the four faults, or nothing."""

import json
from datetime import datetime
from typing import Any, Literal

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from system_apis.errors import ContractBroken, NotAllowed, OutcomeUnknown, Refused, SystemFault, Unavailable
from system_apis.transport.answer import Answer
from system_apis.transport.retry_after import retry_after_s

CallKind = Literal["read", "write"]
_NEVER_LEFT = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
)


def of_answer(answer: Answer, *, what: str, kind: CallKind, now: datetime) -> SystemFault | None:
    """The fault an answer stands for; None when it says yes. `what` names the call in the message."""
    status, evidence = answer.status, answer.evidence
    if 200 <= status < 300:
        return None
    if status in (429, 503):
        wait = retry_after_s(answer.headers.get("Retry-After"), now=now)
        return Unavailable(f"{what} answered {status}", retry_after_s=wait, evidence=evidence)
    if status >= 500 or status == 408:
        return _silent(f"{what} answered {status}", kind=kind, evidence=evidence)
    if status >= 400:
        refusal = NotAllowed if status in (401, 403) else Refused
        return refusal(f"{what} was refused with {status}", code=refusal_code(answer), evidence=evidence)
    return ContractBroken(f"{what} answered {status}, and we follow no redirect; check the base URL", evidence=evidence)


def of_error(error: Exception, *, what: str, kind: CallKind, late: bool) -> SystemFault:
    """The fault a call without an answer stands for; `late` says our own deadline cut it."""
    if isinstance(error, _NEVER_LEFT):
        return ContractBroken(f"{what} cannot be sent ({_reason(error)}); check the base URL and the values in it")
    if isinstance(error, requests.exceptions.SSLError) or _never_connected(error):
        return Unavailable(f"{what}: no connection ({_reason(error)})")
    return _silent(f"{what}: {'no whole answer in time' if late else _reason(error)}", kind=kind, evidence="")


def refusal_code(answer: Answer) -> str:
    """The vendor's own word for its refusal, where it says one in a usual place; else "http_404" and the like."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return f"http_{answer.status}"
    return _code_in(body) or f"http_{answer.status}"


def _code_in(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    for place in (body, body.get("error"), *_first(body.get("errors")), *_first(body.get("details"))):
        if isinstance(place, dict):
            for name in ("decline_code", "code", "errorCode", "error_code"):
                if isinstance(place.get(name), str | int) and not isinstance(place.get(name), bool):
                    return str(place[name])[:64]
    return body["error"][:64] if isinstance(body.get("error"), str) else ""


def _first(value: Any) -> list[Any]:
    return value[:1] if isinstance(value, list) else []


def _silent(message: str, *, kind: CallKind, evidence: str) -> SystemFault:
    if kind == "write":
        return OutcomeUnknown(message, evidence=evidence)
    return Unavailable(message, evidence=evidence)


def _never_connected(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _reason(error: Exception) -> str:
    return type(error).__name__  # the message would repeat addresses and, now and then, parameters
