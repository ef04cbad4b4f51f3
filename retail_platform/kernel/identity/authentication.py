"""How an API caller proves who it is: a bearer token, or a key as bearer or X-API-Key. Never a cookie."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from retail_platform.kernel import clock
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.identity.queries import principal_of

_LONGEST = 512


class ClientAuthentication(BaseAuthentication):
    """Both ways end in one Principal as `request.user`."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        credential = presented(request)
        if credential is None:
            return None
        principal = principal_of(credential, now=clock.now()) if 0 < len(credential) <= _LONGEST else None
        if principal is None:
            raise AuthenticationFailed("The key or token is unknown, expired or revoked. Ask for a new one.")
        return principal, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="retail-platform"'


def presented(request: Request) -> str | None:
    """The credential a request carries, if any."""
    scheme, _, rest = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    key: str | None = request.META.get("HTTP_X_API_KEY")
    return key.strip() if key is not None else None
