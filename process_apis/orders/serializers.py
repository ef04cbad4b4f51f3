"""How the order book looks from outside. Names and addresses of customers stay inside."""

from rest_framework import serializers

from process_apis.minor_units import MinorField
from process_apis.orders.models import OrderState
from retail_platform.kernel.pages import PageQuery
from retail_platform.kernel.serializers import StrictSerializer


class OrdersQuery(PageQuery):
    state = serializers.ChoiceField(choices=OrderState.values, required=False)
    channel = serializers.CharField(max_length=64, required=False)
    examples = {**PageQuery.examples, "state": "closed", "channel": "web"}


class OrderRowOut(StrictSerializer):
    number = serializers.CharField()
    channel = serializers.CharField()
    channel_order_id = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(OrderState.values))
    total = MinorField("total_minor")
    placed_at = serializers.DateTimeField(help_text="when the customer bought")
    received_at = serializers.DateTimeField(help_text="when it reached our book")
    closed_at = serializers.DateTimeField(allow_null=True)
    correlation_id = serializers.CharField(allow_blank=True)


class OrdersOut(StrictSerializer):
    items = OrderRowOut(many=True)
    next = serializers.CharField(allow_null=True)


class OrderLineOut(StrictSerializer):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    unit = serializers.CharField()
    quantity = serializers.IntegerField()
    shipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unit_price = MinorField("unit_price_minor", currency="order.currency")
    discount = MinorField("discount_minor", currency="order.currency", help_text="for all units of the line")
    tax = MinorField("tax_minor", currency="order.currency", allow_null=True, help_text="null until it is known")
    kind = serializers.CharField(help_text="goods, gift_wrap, fee, free_gift, pre_order or subscription_renewal")
    contract = serializers.CharField(allow_blank=True, help_text="the subscription that it renews")
    belongs_to = serializers.CharField(
        allow_blank=True, help_text="of gift wrap or a fee: the line it is for, with which it is cancelled and returned"
    )
    wanted_on = serializers.DateField(allow_null=True, help_text="when the buyer wants it")
    promised_on = serializers.DateField(allow_null=True, help_text="of a pre-order: it leaves from this day on")
    min_age = serializers.IntegerField(help_text="from which age on it may be handed over; 0: any")


class TenderOut(StrictSerializer):
    position = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.CharField()
    amount = MinorField("amount_minor", currency="order.currency")
    captured = MinorField("captured_minor", currency="order.currency")
    refunded = MinorField("refunded_minor", currency="order.currency")
    voided = MinorField("voided_minor", currency="order.currency", help_text="held once and let go")
    settled_by = serializers.CharField(help_text="provider, stored_value, channel, carrier, terms or till")


class ParcelLineOut(StrictSerializer):
    line_id = serializers.CharField(source="line.line_id")
    sku = serializers.CharField(source="line.sku")
    quantity = serializers.IntegerField()


class ParcelOut(StrictSerializer):
    shipment_id = serializers.CharField()
    node = serializers.CharField()
    state = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    invoice_number = serializers.CharField()
    total = MinorField("total_minor", currency="order.currency")
    dispatched_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    lines = ParcelLineOut(many=True)


class OrderEventOut(StrictSerializer):
    name = serializers.CharField()
    at = serializers.DateTimeField()
    detail = serializers.DictField()
    correlation_id = serializers.CharField(allow_blank=True)
