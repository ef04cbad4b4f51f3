"""Every address of the platform. RETAIL_LAYERS chooses which layers a process serves."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []

if settings.ROLE == "web":  # other processes load no pages, and have no addresses
    from django.contrib import admin
    from oauth2_provider.views import RevokeTokenView

    from retail_platform.docs.urls import urlpatterns as docs_urlpatterns
    from retail_platform.kernel.health import views as health
    from retail_platform.kernel.identity.token import LimitedTokenView

    urlpatterns += [
        path("livez", health.livez),
        path("readyz", health.readyz),
        path("status", health.status),
        path("metrics", health.metrics),
        path("oauth/token", LimitedTokenView.as_view(), name="token"),
        path("oauth/revoke", RevokeTokenView.as_view(), name="revoke"),
        path("admin/", admin.site.urls),
        *docs_urlpatterns,
    ]
    if "experience" in settings.LAYERS:
        from experience_apis.urls import api_urlpatterns as experience
        from experience_apis.urls import page_urlpatterns as pages

        urlpatterns += [path("api/experience/", include(experience)), *pages]
    if "process" in settings.LAYERS:
        from process_apis.urls import api_urlpatterns as process

        urlpatterns.append(path("api/process/", include(process)))
    if "system" in settings.LAYERS:
        from system_apis.urls import api_urlpatterns as system
        from system_apis.urls import hook_urlpatterns as hooks

        urlpatterns += [path("api/system/", include(system)), path("hooks/", include(hooks))]

handler400 = "retail_platform.kernel.problem_handlers.bad_request"
handler403 = "retail_platform.kernel.problem_handlers.forbidden"
handler404 = "retail_platform.kernel.problem_handlers.not_found"
handler500 = "retail_platform.kernel.problem_handlers.server_error"
