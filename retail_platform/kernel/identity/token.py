"""/oauth/token: client credentials for a token of 15 minutes. Guessing is limited (reliability X2)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from oauth2_provider.views import TokenView

from retail_platform.kernel.problem import Problem
from retail_platform.kernel.throttle import WINDOW_S, may_guess

_ENOUGH = Problem(
    429, "too-many-requests", "Too many requests", "Too many failed attempts from this address; wait a minute.",
    retry_after_s=WINDOW_S,
)  # fmt: skip


class LimitedTokenView(TokenView):
    """Counts failed attempts by address; after too many in a minute, a failure says no more than 429."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        if response.status_code in (400, 401):
            address = request.META.get("REMOTE_ADDR", "")
            if not may_guess(address=address, limit=settings.THROTTLE_FAILED_TOKENS_PER_MINUTE):
                return _ENOUGH.response(instance=request.path)
        return response
