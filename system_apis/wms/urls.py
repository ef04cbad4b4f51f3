"""/api/system/wms/v1/<connection>/…"""

from django.urls import path

from system_apis.wms.api import ShipmentsView, WarehouseStockView

urlpatterns = [
    path("<slug:connection>/stock", WarehouseStockView.as_view(), name="wms-stock"),
    path("<slug:connection>/shipments", ShipmentsView.as_view(), name="wms-shipments"),
]
