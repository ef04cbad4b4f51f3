"""/store/… : pages for the people at the counter."""

from django.urls import path

from experience_apis.store_tools import exchange_pages, pages, return_pages

urlpatterns = [
    path("", pages.stores, name="store-pages"),
    path("<str:node>/", pages.store, name="store-page"),
    path("<str:node>/returns/", return_pages.returns, name="store-returns-page"),
    path("<str:node>/returns/lookup", return_pages.look_up, name="store-returns-lookup"),
    path("<str:node>/returns/take", return_pages.take, name="store-returns-take"),
    path("<str:node>/returns/announced", return_pages.take_announced, name="store-returns-announced"),
    path("<str:node>/returns/no-receipt", return_pages.take_without_receipt, name="store-returns-no-receipt"),
    path("<str:node>/returns/exchange", exchange_pages.review, name="store-exchange-review"),
    path("<str:node>/exchanges/", exchange_pages.listed, name="store-exchanges-page"),
    path("<str:node>/exchanges/take", exchange_pages.take, name="store-exchange-take"),
    path("<str:node>/exchanges/<str:number>/", exchange_pages.shown, name="store-exchange-page"),
    path("<str:node>/<uuid:pickup>/", pages.pickup, name="store-pickup-page"),
    path("<str:node>/<uuid:pickup>/<str:move>", pages.move, name="store-pickup-move"),
]
