"""The throttle of every API view, by client and scope."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from retail_platform.kernel import valkey
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.throttle import Verdict, take


class ClientThrottle(BaseThrottle):
    """The throttle of every API view, by client and scope. Known clients go on while Valkey is down."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        caller = request.user
        if not isinstance(caller, Principal):
            return True  # nobody gets here but public views
        scope = getattr(view, "required_scopes", {}).get(request.method, "default")
        limits = settings.THROTTLE_PER_MINUTE
        limit = caller.per_minute or limits.get(scope, limits["default"])
        try:
            self.verdict = take(subject=caller.client, policy=scope, limit=limit)
        except valkey.Down:
            return True
        request._request.rate_limit = self.verdict.headers()  # type: ignore[attr-defined]  # the edge sends them
        return self.verdict.allowed

    def wait(self) -> float | None:
        return float(self.verdict.reset_s) if self.verdict else None
