"""Nothing is open by default: a view names the scope of each method, or nobody gets in."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from retail_platform.kernel.identity.principal import Principal


class HasScope(BasePermission):
    """Reads `required_scopes = {"GET": "storefront.read", "POST": "storefront.orders"}` of the view.

    A view that serves a second audience names its scope in `also_scopes`, in the same form. One that shows what belongs
    to every channel says `every_channel = True`, and is closed to clients that are limited to some.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, Principal):
            return False
        method = request.method or ""
        if method not in view.allowed_methods:
            raise MethodNotAllowed(method)
        named = "GET" if method == "HEAD" else method
        scope = getattr(view, "required_scopes", {}).get(named)
        if scope is None:
            return False
        also = getattr(view, "also_scopes", {}).get(named)
        if not request.user.may(scope) and not (also and request.user.may(also)):
            raise PermissionDenied(f"This needs the scope {scope}, which your key or token was not granted.")
        if getattr(view, "every_channel", False) and request.user.channels:
            raise PermissionDenied("This shows every channel; your key or token is limited to some.")
        return True
