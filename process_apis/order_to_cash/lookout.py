"""Ask the warehouses what has left: the net under webhooks that were lost. What is found is told as a fact.

The fact starts a run for each parcel, once, whoever finds it and however often; a parcel that is in the book already,
or comes in by its webhook meanwhile, is left as it is.
"""

from django.db import transaction

from canonical.shipment import Shipment
from process_apis.catalog import queries as catalog
from process_apis.orders.models import Order, Parcel
from process_apis.stock import queries as stock
from retail_platform.kernel.outbox import services as outbox
from system_apis.wms.gateway import wms

FOUND = "wms.shipment_found"


def find_parcels(order: Order, *, dry_run: bool = False) -> list[Shipment]:
    """The parcels of an order that its warehouses know and our book does not; unless `dry_run` they are taken in.

    Asks each warehouse system once, with no transaction open. Raises SystemFault.
    """
    nodes = catalog.nodes()
    sends = {reservation.node for reservation in stock.reservations_of(order.number)} & nodes.keys()
    told = [
        shipment
        for code in sorted({nodes[node].wms for node in sends if nodes[node].wms})
        for shipment in wms(code).shipments_of(order.number)
    ]
    known = set(
        Parcel.objects.filter(shipment_id__in=[s.shipment_id for s in told]).values_list("shipment_id", flat=True)
    )
    missing = [shipment for shipment in told if shipment.shipment_id not in known]
    if not dry_run:
        with transaction.atomic():
            for shipment in missing:
                outbox.add(
                    name=FOUND,
                    aggregate=f"order:{order.number}",
                    data={"shipment_id": shipment.shipment_id, "shipment": shipment.model_dump(mode="json")},
                )
    return missing
