"""Beside the stock book, below /api/process/stock/v1/."""

from django.urls import path

from process_apis.stock_policy.api import ChannelsView

urlpatterns = [path("stock/<path:sku>/channels", ChannelsView.as_view(), name="stock-channels")]
