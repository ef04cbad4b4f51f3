"""/api/process/order_to_cash/v1/…"""

from django.urls import path

from process_apis.order_to_cash.api import OrdersView, OrderView, TraceView

urlpatterns = [
    path("orders", OrdersView.as_view(), name="orders"),
    path("orders/<str:number>", OrderView.as_view(), name="order"),
    path("orders/<str:number>/trace", TraceView.as_view(), name="order-trace"),
]
