"""/api/system/erp/v1/<connection>/…"""

from django.urls import path

from system_apis.erp.api import ErpStockView, TrialBalanceView

urlpatterns = [
    path("<slug:connection>/trial-balance", TrialBalanceView.as_view(), name="erp-trial-balance"),
    path("<slug:connection>/stock", ErpStockView.as_view(), name="erp-stock"),
]
