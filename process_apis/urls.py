"""The REST face of the process layer, below /api/process/."""

from django.urls import URLPattern, URLResolver, include, path

from process_apis.cases.urls import urlpatterns as cases
from process_apis.engine.urls import urlpatterns as runs
from process_apis.ledger.urls import urlpatterns as ledger
from process_apis.order_to_cash.urls import urlpatterns as order_to_cash
from process_apis.publication.urls import urlpatterns as publication
from process_apis.return_to_refund.urls import urlpatterns as return_to_refund
from process_apis.sourcing.urls import urlpatterns as sourcing
from process_apis.stock.urls import urlpatterns as stock
from process_apis.stock_policy.urls import urlpatterns as stock_policy

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("order_to_cash/v1/", include([*order_to_cash, *runs])),
    path("publication/v1/", include(publication)),
    path("return_to_refund/v1/", include(return_to_refund)),
    path("stock/v1/", include([*stock, *stock_policy])),
    path("sourcing/v1/", include(sourcing)),
    path("ledger/v1/", include(ledger)),
    path("cases/v1/", include(cases)),
]
