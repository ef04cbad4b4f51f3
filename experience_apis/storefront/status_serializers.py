"""What a shopper is shown of an order, and how it is asked for."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from canonical.ids import receipt_number
from canonical.money import Money
from canonical.order import LineKind
from experience_apis.order_status.models import OrderStatus, ShopperState
from process_apis.orders import guest_links, tracking
from process_apis.orders.models import CancellationState
from process_apis.pickups import codes, decisions
from process_apis.pickups.models import PickupState
from retail_platform.kernel.serializers import MoneyField, StrictSerializer


class OrderQuery(StrictSerializer):
    email = serializers.EmailField(
        max_length=254, required=False, help_text="of a guest who asks: the order is shown only if it is the buyer's"
    )
    token = serializers.CharField(
        max_length=300, required=False, help_text="of a link in a mail: the order is shown only if it is the link's"
    )
    after = serializers.IntegerField(
        min_value=0, required=False, default=0, help_text="the `version` you have; with `wait`: answer once it is newer"
    )
    wait = serializers.IntegerField(
        min_value=0, max_value=25, required=False, default=0, help_text="for so many seconds at most"
    )
    examples = {"email": "ada@example.com", "token": lambda: guest_links.token("DEMO-1001"), "after": 0, "wait": 0}


class OrderLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    shipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unit_price = MoneyField()
    kind = serializers.CharField(help_text="goods, gift_wrap, fee, free_gift, pre_order or subscription_renewal")
    promised_on = serializers.DateField(allow_null=True, help_text="of a pre-order: it leaves from this day on")


class ParcelLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class ParcelOut(StrictSerializer):
    shipment_id = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True, help_text="the carrier's own page; empty: none is known")
    dispatched_at = serializers.DateTimeField()
    lines = ParcelLineOut(many=True)


class PickupOfOrderOut(StrictSerializer):
    node = serializers.CharField()
    name = serializers.CharField(help_text="of the store")
    state = serializers.ChoiceField(choices=PickupState.choices)
    ready_by = serializers.DateTimeField(help_text="when it will be ready at the latest")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="until when it is kept; null: not ready yet")
    code = serializers.CharField(allow_blank=True, help_text="for the buyer alone; empty once it is of no use")
    code_hint = serializers.CharField(help_text="the code's last digits")


class MoneyOfOrderOut(StrictSerializer):
    total = MoneyField()
    paid = MoneyField(help_text="taken so far; a card is charged parcel by parcel")
    refunded = MoneyField()


class CancelledOfOrderOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="asked for")
    cancelled = serializers.IntegerField()


class CancellationOfOrderOut(StrictSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=CancellationState.choices)
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    refund = MoneyField()
    lines = CancelledOfOrderOut(many=True)


class RefundOfOrderOut(StrictSerializer):
    tender = serializers.CharField(help_text="the way it was paid, and goes back")
    amount = MoneyField()
    at = serializers.DateTimeField()


class OrderStatusOut(StrictSerializer):
    number = serializers.CharField()
    receipt_number = serializers.CharField(help_text="the same with a check character: show it where goods come back")
    channel = serializers.CharField()
    state = serializers.ChoiceField(choices=ShopperState.choices)
    headline = serializers.CharField()
    what_next = serializers.CharField()
    lines = OrderLineOut(many=True)
    parcels = ParcelOut(many=True)
    pickup = PickupOfOrderOut(allow_null=True, help_text="where it is to be collected; null: it is sent")
    cancellations = CancellationOfOrderOut(many=True)
    refunds = RefundOfOrderOut(many=True)
    next_by = serializers.DateTimeField(allow_null=True, help_text="by when that will be; null: nobody can say")
    money = MoneyOfOrderOut()
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="rises with each change")


_OF_OLD = {"kind": LineKind.GOODS, "promised_on": None}  # rows of an earlier release say nothing of these


def shown(row: OrderStatus) -> dict[str, Any]:
    """A status row as `OrderStatusOut` says."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    return {
        "number": row.number,
        "receipt_number": receipt_number(row.number),
        "channel": row.channel,
        "state": row.state,
        "headline": row.headline,
        "what_next": row.what_next,
        "lines": [{**_OF_OLD, **line, "unit_price": money(line["unit_price_minor"])} for line in row.lines],
        "parcels": [
            {**each, "tracking_url": tracking.link(each["carrier"], each["tracking_number"])} for each in row.parcels
        ],
        "pickup": _collected(row),
        "cancellations": [{**each, "refund": money(each["refund_minor"])} for each in row.cancellations],
        "refunds": [{**each, "amount": money(each["amount_minor"])} for each in row.refunds],
        "next_by": row.next_by,
        "money": {
            "total": money(row.total_minor),
            "paid": money(row.paid_minor),
            "refunded": money(row.refunded_minor),
        },
        "placed_at": row.placed_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }


def _collected(row: OrderStatus) -> dict[str, Any] | None:
    """The pickup with its code, which is worked out here, for this answer, and stands in no row."""
    if row.pickup is None:
        return None
    shown = dict(row.pickup)
    pickup_id = UUID(shown.pop("id"))
    return {**shown, "code": codes.code_of(pickup_id) if shown["state"] in decisions.OPEN else ""}
