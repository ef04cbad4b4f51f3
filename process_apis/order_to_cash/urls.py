"""/api/process/order_to_cash/v1/…"""

from django.urls import path

from process_apis.order_to_cash.api import OrderView, TraceView
from process_apis.order_to_cash.changes_api import HoldReleasesView, OrderCancellationsView, OrderEditsView
from process_apis.order_to_cash.desk_api import DeskOrdersView

urlpatterns = [
    path("orders", DeskOrdersView.as_view(), name="orders"),
    path("orders/<str:number>", OrderView.as_view(), name="order"),
    path("orders/<str:number>/cancellations", OrderCancellationsView.as_view(), name="order-cancellations"),
    path("orders/<str:number>/edits", OrderEditsView.as_view(), name="order-edits"),
    path("orders/<str:number>/hold-releases", HoldReleasesView.as_view(), name="order-hold-releases"),
    path("orders/<str:number>/trace", TraceView.as_view(), name="order-trace"),
]
