"""The REST face of the system layer, below /api/system/, and what outside systems push to us, below /hooks/."""

from django.urls import URLPattern, URLResolver

api_urlpatterns: list[URLPattern | URLResolver] = []
hook_urlpatterns: list[URLPattern | URLResolver] = []
