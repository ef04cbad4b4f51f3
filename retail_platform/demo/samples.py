"""What the examples in the documentation are about, under the very ids they show: what they show works when pasted.

An order to follow; webhooks that nobody can read, each with a parked run; a case to close. Written once, never again.
"""

import json
from datetime import datetime

from canonical.money import Money, total
from canonical.order import Address, Customer, Order, OrderLine, Tender, TenderState
from experience_apis.operations.examples import CASE_ID as OPERATIONS_CASE
from experience_apis.order_status import projection
from process_apis.cases import services as cases
from process_apis.cases.examples import EXAMPLE as CASE
from process_apis.cases.models import Case, CaseKind
from process_apis.catalog import queries as catalog
from process_apis.engine.examples import ORDER, ORDER_CORRELATION, WEBHOOKS
from process_apis.orders import services as orders
from retail_platform.demo import assortment, order_samples, stock_samples
from retail_platform.kernel import correlation
from system_apis.connections import queries as connections
from system_apis.inbox import services as inbox
from system_apis.inbox.models import InboxMessage


def place_order(*, now: datetime) -> None:
    """The order that can be followed: two skus in the channel "web", paid by card."""
    channel = catalog.channel("web")
    products = catalog.products([assortment.sku_of(1), assortment.sku_of(2)])
    lines = tuple(
        OrderLine(
            line_id=str(position),
            sku=sku,
            title=product.title,
            quantity=1,
            unit_price=Money(minor=product.price_minor, currency=channel.currency),
            discount=Money.zero(channel.currency),
        )
        for position, (sku, product) in enumerate(sorted(products.items()), start=1)
    )
    shipping = Money(minor=channel.shipping_minor, currency=channel.currency)
    due = total([line.net for line in lines], currency=channel.currency) + shipping
    buyer = "Ada Example"
    with correlation.use(ORDER_CORRELATION):
        orders.place(
            Order(
                channel=channel.code,
                channel_order_id=ORDER.lower(),
                number=ORDER,
                placed_at=now,
                currency=channel.currency,
                taxes_included=channel.taxes_included,
                lines=lines,
                shipping=shipping,
                total=due,
                tenders=(Tender(kind="card", amount=due, state=TenderState.TOKEN, reference="tok_visa"),),
                customer=Customer(name=buyer, email="ada@example.com"),
                ship_to=Address(name=buyer, line1="Hauptstrasse 1", city="Berlin", postcode="10115", country="DE"),
            )
        )
        projection.refresh(ORDER, now=now)


def ask_for_a_person(*, now: datetime) -> None:
    """What waits at the desk: a parked run for each act there is, and a case that no run waits for."""
    shop = connections.active(kind="commerce", code="shop")
    known = set(InboxMessage.objects.filter(id__in=WEBHOOKS.values()).values_list("id", flat=True))
    for act, inbox_id in WEBHOOKS.items():
        if inbox_id in known:
            continue
        with correlation.use(correlation.new()):
            inbox.receive(
                connection=shop,
                event_id=f"demo-{act}",
                topic="orders/create",
                fact_name="commerce.order_received",
                raw=_unreadable(act),
                headers={"Content-Type": "application/json"},
                now=now,
                inbox_id=inbox_id,
            )
    for case_id, topic in ((CASE, "carts/update"), (OPERATIONS_CASE, "themes/publish")):
        if not Case.objects.filter(id=case_id).exists():
            cases.open_case(
                kind=CaseKind.CONTRACT,
                fingerprint=f"demo:{topic}",
                subject=topic,
                title=f"shop sent a webhook of unknown topic '{topic}'",
                proposal="Unsubscribe from the topic at the vendor, or add it to the vendor's webhooks and replay it.",
                case_id=case_id,
            )
    stock_samples.tell(now=now)
    order_samples.write(now=now)


def _unreadable(act: str) -> bytes:
    """An order of a shop that forgot to give its product an sku."""
    number = 9001 + list(WEBHOOKS).index(act)
    line = {"id": 1, "sku": "", "title": "Walking boot", "quantity": 1, "price": "49.90"}
    order = {
        "id": number, "name": f"#{number}", "created_at": "2026-03-01T09:30:00Z", "currency": "EUR",
        "taxes_included": True, "financial_status": "authorized", "total_price": "49.90", "line_items": [line],
        "shipping_address": {"name": "Ada Example", "city": "Berlin", "country_code": "DE"},
    }  # fmt: skip
    return json.dumps(order).encode()
