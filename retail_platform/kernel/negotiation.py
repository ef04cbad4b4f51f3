"""Which form an answer takes: JSON, so that few callers need their Accept header weighed."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

_ANY = (None, "*/*", "application/json")


class JsonNegotiation(DefaultContentNegotiation):
    """As DRF's, which reads all headers and parses media types for each request, but looks first."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        first = next(iter(renderers))
        if first.media_type == "application/json" and request.META.get("HTTP_ACCEPT") in _ANY and not format_suffix:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
