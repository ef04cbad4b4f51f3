"""What the stock book's documentation is about: two variances to decide, a file with a bad line, a lot."""

from datetime import date, datetime
from io import BytesIO

from canonical.stock import StockLevel, StockSnapshot
from process_apis.stock.checking import counts
from process_apis.stock.faces.aside_api import TO_SETTLE
from process_apis.stock.faces.counted_api import TO_ACCEPT, TO_REFUSE
from process_apis.stock.faces.files_api import EXAMPLE as FILE
from process_apis.stock.files import taking
from process_apis.stock.files.lines import NEEDED
from process_apis.stock.incoming import lots
from process_apis.stock.incoming.lots import ToldLot
from process_apis.stock.models import Lot, SetAside, SnapshotTaken, StockPosition, Variance
from retail_platform.demo import assortment
from retail_platform.kernel import correlation

NODE, OWNER = "WH-1", "wms"
COUNTED = (assortment.sku_of(assortment.SKUS - 1), assortment.sku_of(assortment.SKUS))
LOT = ToldLot("SKU-00001", NODE, "L-2026-06", 6, date(2035, 3, 31), OWNER)
_KEY = "wms:WH-1:9000"
_ROW = f"{_KEY},SKU-GHOST,WH-1,2,DZN,receipt,2026-03-01T09:30:00Z,"


def tell(*, now: datetime) -> None:
    """Tell it all once: what is there already stays."""
    with correlation.use(correlation.new()):
        if not Lot.objects.filter(lot=LOT.lot).exists():
            lots.take([LOT])
        if not SnapshotTaken.objects.filter(node=NODE, source=OWNER).exists():
            _count_differently(now)
        raw = f"{','.join(NEEDED)}\n{_ROW}\nEND,1\n".encode()
        file, new = taking.receive(BytesIO(raw), name="receipts-2026-03-01.csv", source=OWNER, file_id=FILE)
        if new:
            taking.go_on(file.id, BytesIO(raw), now=now)
            SetAside.objects.filter(key=_KEY).update(id=TO_SETTLE)


def _count_differently(now: datetime) -> None:
    """A snapshot of two skus that the book has quite other figures of; the warehouse itself agrees with the book."""
    have = dict(StockPosition.objects.filter(node=NODE, sku__in=COUNTED).values_list("sku", "on_hand"))
    levels = tuple(StockLevel(sku=sku, node=NODE, on_hand=have.get(sku, 0) + 25) for sku in COUNTED)
    counts.take_snapshot(StockSnapshot(node=NODE, watermark=0, taken_at=now, levels=levels), source=OWNER)
    for sku, number in zip(COUNTED, (TO_ACCEPT, TO_REFUSE), strict=True):
        Variance.objects.filter(sku=sku, node=NODE, source=OWNER, watermark=0).update(id=number)
