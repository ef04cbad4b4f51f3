"""/api/process/stock/v1/…"""

from django.urls import path

from process_apis.stock.faces.api import ExplainView, MovementsView, PositionsView
from process_apis.stock.faces.aside_api import SetAsideView, SettleView
from process_apis.stock.faces.counted_api import (
    AcceptVarianceView,
    RefuseVarianceView,
    SnapshotsView,
    VariancesView,
)
from process_apis.stock.faces.cycle_api import CountsView
from process_apis.stock.faces.files_api import FilesView, FileView
from process_apis.stock.faces.history_api import HistoryView
from process_apis.stock.faces.hold_api import ConfirmHoldView, HoldsView, HoldView
from process_apis.stock.faces.lot_api import LotsView
from process_apis.stock.faces.supply_api import BackorderLimitView, SuppliesView
from process_apis.stock.faces.transfer_api import (
    CloseTransferView,
    ReceiveTransferView,
    ShipTransferView,
    TransfersView,
    TransferView,
)

urlpatterns = [
    path("positions", PositionsView.as_view(), name="stock-positions"),
    path("movements", MovementsView.as_view(), name="stock-movements"),
    path("files", FilesView.as_view(), name="stock-files"),
    path("files/<uuid:file_id>", FileView.as_view(), name="stock-file"),
    path("snapshots", SnapshotsView.as_view(), name="stock-snapshots"),
    path("counts", CountsView.as_view(), name="stock-counts"),
    path("variances", VariancesView.as_view(), name="stock-variances"),
    path("variances/<int:variance_id>/accept", AcceptVarianceView.as_view(), name="stock-variance-accept"),
    path("variances/<int:variance_id>/refuse", RefuseVarianceView.as_view(), name="stock-variance-refuse"),
    path("set-aside", SetAsideView.as_view(), name="stock-set-aside"),
    path("set-aside/<int:aside_id>/settle", SettleView.as_view(), name="stock-set-aside-settle"),
    path("holds", HoldsView.as_view(), name="stock-holds"),
    path("holds/<str:hold>", HoldView.as_view(), name="stock-hold"),
    path("holds/<str:hold>/confirm", ConfirmHoldView.as_view(), name="stock-hold-confirm"),
    path("transfers", TransfersView.as_view(), name="stock-transfers"),
    path("transfers/<str:reference>", TransferView.as_view(), name="stock-transfer"),
    path("transfers/<str:reference>/ship", ShipTransferView.as_view(), name="stock-transfer-ship"),
    path("transfers/<str:reference>/receive", ReceiveTransferView.as_view(), name="stock-transfer-receive"),
    path("transfers/<str:reference>/close", CloseTransferView.as_view(), name="stock-transfer-close"),
    path("lots", LotsView.as_view(), name="stock-lots"),
    path("supplies", SuppliesView.as_view(), name="stock-supplies"),
    path("backorder_limits/<str:node>/<path:sku>", BackorderLimitView.as_view(), name="stock-backorder-limit"),
    path("stock/<path:sku>/history", HistoryView.as_view(), name="stock-history"),
    path("stock/<path:sku>/explain", ExplainView.as_view(), name="stock-explain"),
]
