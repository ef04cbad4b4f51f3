"""OAuth 2 as we use it: client credentials only, and no client gets a scope beyond its own (RFC 6749, RFC 9700)."""

from typing import Any

from oauth2_provider.scopes import BaseScopes

from retail_platform.kernel.identity.models import Client
from retail_platform.kernel.identity.scopes import SCOPES


class ClientScopes(BaseScopes):
    """The scopes backend: what an application may ask for is what its client was granted."""

    def get_all_scopes(self) -> dict[str, str]:
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        client = Client.objects.filter(application=application, active=True).first() if application else None
        return list(client.scopes) if client else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application=application)
