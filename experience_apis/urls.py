"""The REST face of the experience layer, below /api/experience/."""

from django.urls import URLPattern, URLResolver

api_urlpatterns: list[URLPattern | URLResolver] = []
