"""Which pieces of a line have left: kept with the parcel, asked for when goods come back."""

from canonical.shipment import Shipment
from process_apis.orders.models import Parcel, ShippedSerial


def keep(parcel: Parcel, shipment: Shipment) -> None:
    """Write down the serial numbers that the sender has read."""
    ShippedSerial.objects.bulk_create(
        ShippedSerial(parcel=parcel, line_id=line.line_id, sku=line.sku, serial=serial)
        for line in shipment.lines
        for serial in line.serials
    )


def shipped(order_number: str, *, line_id: str, sku: str) -> list[str]:
    """The serial numbers that were sent for a line, or for a part of its bundle; as many as somebody has read."""
    rows = ShippedSerial.objects.filter(parcel__order__number=order_number, line_id=line_id, sku=sku)
    return sorted(set(rows.values_list("serial", flat=True)))
