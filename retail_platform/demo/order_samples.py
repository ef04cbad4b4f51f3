"""Orders that stand still until somebody tries an example: held at the desk, or waiting at a store's counter.

What the examples show works on these, and then goes on by itself. Written once, never again.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from canonical.money import Money
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from experience_apis.order_status import projection
from process_apis.catalog import queries as catalog
from process_apis.orders import cancellations, examples, holds
from process_apis.orders import services as orders
from process_apis.orders.models import AskedBy, HoldReason
from process_apis.orders.models import Order as OrderRow
from process_apis.pickups import examples as pickups
from process_apis.pickups import services as counter
from process_apis.pickups.models import Pickup, PickupState, RejectReason
from process_apis.stock.models import StockPosition
from retail_platform.demo import assortment
from retail_platform.kernel import correlation

CHANNEL, UNITS, CLERK = "web", 2, "kim"
_HELD = (examples.TO_RELEASE, examples.TO_EDIT, examples.TO_CANCEL, examples.TO_CANCEL_AT_DESK)
STANDING = frozenset({*_HELD, *pickups.ORDERS.values()})  # their journeys wait for a person, however long


def write(*, now: datetime) -> None:
    """Place them all; those to be collected reach the counter by themselves."""
    if OrderRow.objects.filter(number=examples.TO_RELEASE).exists():
        return
    for number in _HELD:
        _place(number, sku=assortment.sku_of(1), now=now, held=True)
    _place(examples.CANCELLED, sku=assortment.sku_of(1), now=now)
    cancellations.request(
        number=examples.CANCELLED,
        key="demo",
        asked_by=AskedBy.CUSTOMER,
        reason="Ordered twice",
        now=now,
        cancellation_id=examples.CANCELLATION,
    )
    for number, sku in zip((*pickups.ORDERS.values(), pickups.REJECTED), _at_the_store(), strict=False):
        _place(number, sku=sku, now=now, store=pickups.STORE)


def at_the_counter(*, now: datetime) -> int:
    """Bring each pickup that is asked for by now to where its example takes it up. Returns how many moved."""
    ready = [pickups.ORDERS[act] for act in ("show", "arrived", "handover")]
    asked = Pickup.objects.filter(attempt=1, state=PickupState.RESERVED, order_number__in=[*ready, pickups.REJECTED])
    for pickup in asked:
        with correlation.use(pickup.correlation_id):
            if pickup.order_number in ready:
                counter.ready(pickup, by=CLERK, now=now)
            else:
                counter.reject(pickup, by=CLERK, reason=RejectReason.NOT_FOUND, now=now)
    return len(asked)


def _at_the_store() -> list[str]:
    """What the store has most of."""
    there = StockPosition.objects.filter(node=pickups.STORE, on_hand__gte=F("reserved") + UNITS)
    return list(there.order_by("-on_hand", "sku").values_list("sku", flat=True)[:20])


@transaction.atomic
def _place(number: str, *, sku: str, now: datetime, held: bool = False, store: str = "") -> None:
    channel, product = catalog.channel(CHANNEL), catalog.products([sku])[sku]
    price = Money(minor=product.price_minor, currency=channel.currency)
    shipping = Money(minor=0 if store else channel.shipping_minor, currency=channel.currency)
    due = Money(minor=price.minor * UNITS + shipping.minor, currency=channel.currency)
    line = OrderLine(
        line_id="1",
        sku=sku,
        title=product.title,
        quantity=UNITS,
        unit_price=price,
        discount=Money.zero(channel.currency),
    )
    buyer = "Ada Example"
    order = Order(
        channel=CHANNEL,
        channel_order_id=number.lower(),
        number=number,
        placed_at=now,
        currency=channel.currency,
        taxes_included=channel.taxes_included,
        lines=(line,),
        shipping=shipping,
        total=due,
        tenders=(Tender(kind="card", amount=due, state=TenderState.TOKEN, reference="tok_visa"),),
        customer=Customer(name=buyer, email=f"{number.lower()}@example.com"),
        ship_to=Address(name=buyer, line1="Hauptstrasse 1", city="Berlin", postcode="10115", country="DE"),
        pickup_node=store,
    )
    with correlation.use(correlation.new()):
        row, _ = orders.place(order)
        if held:
            holds.hold(row, why=HoldReason.FRAUD, reason="an example for the service desk")
        projection.refresh(number, now=now)
