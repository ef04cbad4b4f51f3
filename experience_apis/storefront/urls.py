"""/api/experience/storefront/v1/…"""

from django.urls import path

from experience_apis.storefront.api import AvailabilityView, OrdersView, OrderView, PricesView
from experience_apis.storefront.cancellations_api import CancellationsView, CancellationView
from experience_apis.storefront.returns_api import ReturnsView, ReturnView
from experience_apis.storefront.trade_api import TradeOrdersView

urlpatterns = [
    path("availability", AvailabilityView.as_view(), name="storefront-availability"),
    path("prices", PricesView.as_view(), name="storefront-prices"),
    path("orders", OrdersView.as_view(), name="storefront-orders"),
    path("trade-orders", TradeOrdersView.as_view(), name="storefront-trade-orders"),
    path("orders/<str:number>/cancellations", CancellationsView.as_view(), name="storefront-cancellations"),
    path("cancellations/<uuid:cancellation_id>", CancellationView.as_view(), name="storefront-cancellation"),
    path("orders/<str:number>/returns", ReturnsView.as_view(), name="storefront-returns"),
    path("returns/<str:number>", ReturnView.as_view(), name="storefront-return"),
    path("orders/<str:number>", OrderView.as_view(), name="storefront-order"),
]
