"""Returns under the numbers that the documents show, each at the point where its example picks it up.

They are of goods that were given away, or came back without a receipt, so that they owe nobody anything that was never
taken, and no journey waits for them. Written once, never again.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from process_apis.orders.models import Order, OrderLine, OrderState
from process_apis.return_to_refund import inspecting, receiving
from process_apis.return_to_refund.receipt_rows import Came
from process_apis.returns import examples, money, requested, services
from process_apis.returns.models import Disposition, HeldFor, Refund, RefundState, RefundWay, Return, ReturnState
from retail_platform.demo import assortment
from retail_platform.kernel import correlation

SKU, NODE = assortment.sku_of(1), "WH-1"


def write(*, now: datetime) -> None:
    """An order that can be returned, and a return for each act there is."""
    if Order.objects.filter(number=examples.ORDER).exists():
        return
    with correlation.use(correlation.new()):
        _gift(now)
        approve = _without_receipt(examples.TO_APPROVE, now=now, total=0)
        services.hold(approve, reason=HeldFor.APPROVAL, waits_for="approval")
        _without_receipt(examples.TO_REJECT, now=now)
        _without_receipt(examples.TO_RECEIVE, now=now)
        inspect = _without_receipt(examples.TO_INSPECT, now=now)
        receiving.receive(
            key="demo-receipt", node=NODE, lines=[Came(SKU, 1)], now=now, by="demo", return_number=inspect.number
        )
        _sent_to_its_maker(_without_receipt(examples.TO_DEBIT, now=now), now=now)
        _failed(_without_receipt(examples.TO_PAY, now=now, total=500), now=now)


def _gift(now: datetime) -> None:
    """Ten of a thing that cost nothing, and have left."""
    order = Order.objects.create(
        number=examples.ORDER, channel="web", channel_order_id=examples.ORDER.lower(), channel_version="1",
        state=OrderState.CLOSED, entity=settings.LEGAL_ENTITY, currency="EUR", taxes_included=True, shipping_minor=0,
        shipping_tax_minor=0, total_minor=0, customer_name="Ada Example", customer_email="ada@example.com",
        ship_to={"name": "Ada Example", "line1": "Hauptstrasse 1", "city": "Berlin", "postcode": "10115",
                 "country": "DE"},
        correlation_id=correlation.current(), placed_at=now, closed_at=now,
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, line_id="1", position=1, sku=SKU, title="A sample", unit="EA", quantity=10, shipped=10,
        unit_price_minor=0, tax_minor=0, tax_code="standard", unit_cost_minor=0, cost_currency="EUR",
    )  # fmt: skip


def _without_receipt(number: str, *, now: datetime, total: int = 0) -> Return:
    given = requested.Opened(
        key=f"demo:{number}", channel="web", currency="EUR", node=NODE, reason="no receipt", requested_by="demo",
        settled_as=RefundWay.STORE_CREDIT, total_minor=total,
        lines=[requested.LineGiven("1", SKU, 1, net_minor=total, cost_currency="EUR")],
    )  # fmt: skip
    parent, _ = requested.write(given, number=number, now=now)
    return parent


def _sent_to_its_maker(parent: Return, *, now: datetime) -> None:
    """Goods that go back to their supplier, who has not answered yet."""
    receipt = receiving.receive(
        key="demo-debit", node=NODE, lines=[Came(SKU, 1)], now=now, by="demo", return_number=parent.number
    )
    inspecting.inspect(
        receipt.lines.get().id, disposition=Disposition.VENDOR_RETURN, supplier="Boots & Sons", by="demo", now=now
    )


def _failed(parent: Return, *, now: datetime) -> None:
    """A refund that nobody could take."""
    services.move(parent, to=ReturnState.AUTHORISED, since=[ReturnState.REQUESTED])
    Refund.objects.create(
        id=UUID(examples.REFUND), key=f"{parent.number}:1", parent=parent, way=RefundWay.TRANSFER,
        amount_minor=parent.total_minor, currency=parent.currency, state=RefundState.PENDING,
    )  # fmt: skip
    money.failed(Refund.objects.get(id=examples.REFUND), why="the account is closed")
