"""Goods that are held and found missing: they are lost, and the rest of the basket is given back.

Nobody has bought anything yet; the next confirm says what is not there.
"""

from django.db import connection, transaction

from process_apis.stock.book import promises, statements, trouble
from process_apis.stock.models import Reservation, ReservationState
from process_apis.stock.services import tell


def order_of(hold: str) -> str:
    """The number of the order that a hold was confirmed for; "" where none was."""
    confirmed = Reservation.objects.filter(hold=hold).exclude(hold="").exclude(order_number=hold)
    return confirmed.values_list("order_number", flat=True).first() or ""


def lose(*, hold: str, sku: str, node: str) -> bool:
    """Goods that are held are not there: the whole basket is given back, while the shortage lasts. Twice is once.

    False where an order has confirmed it meanwhile: nothing is given back then.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        parts = list(Reservation.objects.select_for_update().filter(hold=hold).exclude(hold="").order_by("id"))
        if any(part.order_number != hold for part in parts):
            return False
        hit = [p for p in parts if (p.sku, p.node, p.state) == (sku, node, ReservationState.HELD)]
        if not hit:
            return True
        places = {"sku": [part.sku for part in parts], "node": [part.node for part in parts]}
        cursor.execute(statements.LOCK, places)  # Note [Locks] in promises.py
        if not trouble.still_short(sku=sku, node=node):
            return True
        for part in hit:
            cursor.execute(promises.TRANSFER, {"id": part.id, "to": ReservationState.LOST})
        cursor.execute(promises.RELEASE, {"order_number": hold, "to": ReservationState.RELEASED})
        tell({part.sku for part in parts}, aggregate=f"stock:{hold}")
    return True
