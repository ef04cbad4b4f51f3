"""The HTTP client of every vendor: deadline, size cap, budget, breaker, correlation, and four faults instead of forty.

It follows no redirect and repeats nothing: only the engine retries (reliability D8). A vendor's own client.py adds
paths and the headers that prove who we are.
"""

import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog

from retail_platform.kernel import clock, correlation, holding
from system_apis.connections import breaker, health
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken, SystemFault, Unavailable
from system_apis.terms import CallKey
from system_apis.transport import budget, verdict
from system_apis.transport.answer import MAX_BODY_BYTES, Answer
from system_apis.transport.deadline import Deadline, watched_session
from system_apis.transport.redaction import secrets_in
from system_apis.transport.verdict import CallKind

CONNECT_S, TOTAL_S = 2.0, 8.0
_CHUNK = 64 * 1024
log = structlog.get_logger("vendor")
_sessions: dict[tuple[int, str, str], requests.Session] = {}


class VendorClient:
    """Calls to one account at one vendor. Raises a SystemFault for everything but a readable 2xx."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | str | Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        key: CallKey | str | None = None,
        kind_of_call: CallKind | None = None,
        share: budget.Share = "order",
    ) -> Answer:
        """Call once. `kind_of_call` is read for GET and HEAD unless told; `share`: who waits when calls are scarce."""
        kind: CallKind = kind_of_call or ("read" if method in ("GET", "HEAD") else "write")
        what = f"{method} {urlsplit(path).path} at {self.connection.code}"
        now = clock.now()
        breaker.admit(self.connection, now=now)  # first: who is refused here must not use up the budget of a probe
        budget.take(self.connection, share=share, what=what)
        holding.confirm()
        sent = {**(headers or {}), **_trace_headers(), "Accept-Encoding": "gzip, identity"}
        started, fault, status = time.monotonic(), None, 0
        try:
            answer = self._send(method, path, what, kind, sent, json=json, data=data, params=params)
            status = answer.status
            fault = verdict.of_answer(answer, what=what, kind=kind, now=now)
        except SystemFault as broken:
            fault = broken
        self._remember(fault, status=status, what=what, key=key, started=started)
        if fault is not None:
            raise fault
        return answer

    def _send(
        self, method: str, path: str, what: str, kind: CallKind, headers: dict[str, str], **content: Any
    ) -> Answer:
        session = _session(self.connection)
        with Deadline(TOTAL_S) as deadline:
            try:
                with session.request(
                    method,
                    self.connection.base_url.rstrip("/") + path,
                    headers=headers,
                    timeout=(CONNECT_S, TOTAL_S),
                    allow_redirects=False,
                    stream=True,
                    **content,
                ) as response:
                    body = _body(response, what)
                    if deadline.passed:  # a cut looks like the end where the vendor gave no length
                        raise requests.Timeout
                    return Answer(response.status_code, response.headers, body, secrets_in(headers))
            except (requests.RequestException, OSError, ValueError) as error:
                raise verdict.of_error(error, what=what, kind=kind, late=deadline.passed) from error

    def _remember(
        self, fault: SystemFault | None, *, status: int, what: str, key: CallKey | str | None, started: float
    ) -> None:
        now = clock.now()
        breaker.record(self.connection, fault, now=now)
        health.note(self.connection, fault, now=now)
        if isinstance(fault, Unavailable) and status == 429:
            budget.pause(self.connection, seconds=fault.retry_after_s or 1.0)
        log.info(
            "vendor_call",
            system=self.connection.kind,
            connection=self.connection.code,
            operation=what,
            status=status,
            fault=type(fault).__name__ if fault else "",
            ms=round((time.monotonic() - started) * 1000, 1),
            key=key.value if isinstance(key, CallKey) else (key or ""),
            correlation_id=correlation.current(),
        )


def _body(response: requests.Response, what: str) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise ContractBroken(f"{what} answered more than {MAX_BODY_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _trace_headers() -> dict[str, str]:
    trace = correlation.current() or correlation.new()
    return {"X-Correlation-ID": trace, "traceparent": f"00-{trace}-{os.urandom(8).hex()}-01"}


def _session(connection: Connection) -> requests.Session:
    key = (os.getpid(), str(connection.pk), connection.base_url)  # a forked child must not share its parent's sockets
    if key not in _sessions:
        _sessions[key] = watched_session()
    return _sessions[key]
