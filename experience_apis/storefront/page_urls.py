"""/track/… : pages for buyers."""

from django.urls import path

from experience_apis.storefront import pages

urlpatterns = [
    path("", pages.find, name="track-find"),
    path("<str:token>", pages.order, name="track-order"),
    path("<str:token>/version", pages.version, name="track-version"),
]
