"""Errors as people and programs read them: RFC 9457 problem details, one shape for everything (reliability D19).

A domain error says what it is by its class; `describe` turns any exception into a `Problem`. The layers above add
their own classes with `translate`, so that this module need not know them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import HttpResponse

from retail_platform.kernel import correlation

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error answer. `kind` is the last part of its type URI; `errors` point into the body or name a parameter."""

    status: int
    kind: str
    title: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    retry_after_s: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, *, instance: str) -> dict[str, Any]:
        """The members of the JSON document."""
        members: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "correlation_id": correlation.current(),
            "errors": [dict(error) for error in self.errors],
        }
        if self.retry_after_s is not None:
            members["retry_after_s"] = self.retry_after_s
        return members

    def response(self, *, instance: str) -> HttpResponse:
        """The HTTP answer, complete with its headers."""
        headers = dict(self.headers)
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        headers.setdefault("Cache-Control", "no-store")
        text = json.dumps(self.body(instance=instance), ensure_ascii=True)
        return HttpResponse(text, status=self.status, headers=headers, content_type=MEDIA_TYPE)


class DomainError(Exception):
    """Base of every "no" of ours. Subclasses set `status`, `kind` and `title`; the docstring explains it to callers.

    `detail` says what to do next. `errors` is [{"pointer": "/lines/0/sku", "detail": "..."}].
    """

    status: ClassVar[int] = 409
    kind: ClassVar[str] = "conflict"
    title: ClassVar[str] = "This does not fit the present state"

    def __init__(
        self, detail: str = "", *, errors: Sequence[Mapping[str, str]] = (), retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s

    def problem(self) -> Problem:
        """What a caller is told."""
        wait = None if self.retry_after_s is None else max(1, round(self.retry_after_s))
        return Problem(
            status=self.status, kind=self.kind, title=self.title, detail=self.detail, errors=self.errors,
            retry_after_s=wait,
        )  # fmt: skip


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see; the two are told apart by nobody."""

    status, kind, title = 404, "not-found", "Not found"


class Invalid(DomainError):
    """The request is not shaped as documented. `errors` names each field."""

    status, kind, title = 400, "invalid-request", "The request is not valid"


class Unprocessable(DomainError):
    """The request is well formed, but what it asks for breaks a rule."""

    status, kind, title = 422, "unprocessable", "The request breaks a rule"


Translator = Callable[[Any], Problem]
_translators: dict[type[BaseException], Translator] = {}


def translate(exception: type[BaseException], into: Translator) -> None:
    """Say what callers are told when `exception` (or a subclass) ends a request. Call it in AppConfig.ready."""
    _translators[exception] = into


def describe(exception: BaseException) -> Problem | None:
    """The problem an exception means, by its nearest translated class; None for one that nobody foresaw."""
    if isinstance(exception, DomainError):
        return exception.problem()
    for cls in type(exception).__mro__:
        if cls in _translators:
            return _translators[cls](exception)
    return None


def domain_errors() -> Iterator[tuple[str, int, str, str]]:
    """Every kind of domain error that is loaded: kind, status, title, and what its class says of itself."""
    waiting: list[type[DomainError]] = [DomainError]
    for cls in waiting:  # grows while we walk: a class is followed by its subclasses
        waiting.extend(cls.__subclasses__())
        yield cls.kind, cls.status, cls.title, inspect.getdoc(cls) or ""
