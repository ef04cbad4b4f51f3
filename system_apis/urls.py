"""The addresses of the system layer: REST faces under /api/system/, webhooks under /hooks/."""

from django.urls import URLPattern, URLResolver, include, path

from system_apis.connections.urls import urlpatterns as connections
from system_apis.erp.urls import urlpatterns as erp
from system_apis.hooks import receive
from system_apis.wms.urls import urlpatterns as wms

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("connections/v1/", include(connections)),
    path("erp/v1/", include(erp)),
    path("wms/v1/", include(wms)),
]
hook_urlpatterns: list[URLPattern | URLResolver] = [path("<str:code>", receive, name="webhook")]
