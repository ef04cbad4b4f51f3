"""The REST face of the experience layer, below /api/experience/."""

from django.urls import URLPattern, URLResolver, include, path

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("storefront/v1/", include("experience_apis.storefront.urls")),
    path("partners/v1/", include("experience_apis.partners.urls")),
    path("store_tools/v1/", include("experience_apis.store_tools.urls")),
    path("operations/v1/", include("experience_apis.operations.urls")),
    path("analytics/v1/", include("experience_apis.analytics.urls")),
]
page_urlpatterns: list[URLPattern | URLResolver] = [
    path("track/", include("experience_apis.storefront.page_urls")),
    path("store/", include("experience_apis.store_tools.page_urls")),
]
