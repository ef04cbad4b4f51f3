"""/store/… : pages for the people at the counter."""

from django.urls import path

from experience_apis.store_tools import pages

urlpatterns = [
    path("", pages.stores, name="store-pages"),
    path("<str:node>/", pages.store, name="store-page"),
    path("<str:node>/<uuid:pickup>/", pages.pickup, name="store-pickup-page"),
    path("<str:node>/<uuid:pickup>/<str:move>", pages.move, name="store-pickup-move"),
]
