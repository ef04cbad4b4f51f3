"""/api/process/stock/v1/…"""

from django.urls import path

from process_apis.stock.api import ExplainView, MovementsView, PositionsView

urlpatterns = [
    path("positions", PositionsView.as_view(), name="stock-positions"),
    path("movements", MovementsView.as_view(), name="stock-movements"),
    path("stock/<path:sku>/explain", ExplainView.as_view(), name="stock-explain"),
]
