"""The stock book: what is where, what changed it, and what is promised of it."""

from process_apis.stock.models.book import StockMovement, StockOwner, StockPosition
from process_apis.stock.models.files import PackUnit, SnapshotDue, StockFile, StockFileLine
from process_apis.stock.models.lots import Lot
from process_apis.stock.models.promises import Reservation, ReservationState
from process_apis.stock.models.told import SetAside, SnapshotTaken, Supply, Variance
from process_apis.stock.models.transfers import AuditDue, Repair, Transfer, TransferLine, TransferState

__all__ = [
    "AuditDue", "Lot", "PackUnit", "Repair", "Reservation", "ReservationState", "SetAside", "SnapshotDue",
    "SnapshotTaken", "StockFile", "StockFileLine", "StockMovement", "StockOwner", "StockPosition", "Supply", "Transfer",
    "TransferLine", "TransferState", "Variance",
]  # fmt: skip
