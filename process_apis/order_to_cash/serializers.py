"""How a whole order looks from outside: the order book's row with stock, parcels, money, history; and its trace."""

from rest_framework import serializers

from process_apis.orders.serializers import OrderEventOut, OrderLineOut, OrderRowOut, ParcelOut, TenderOut
from process_apis.stock.faces.serializers import ReservationOut
from retail_platform.kernel.serializers import StrictSerializer


class OrderOut(OrderRowOut):
    erp_reference = serializers.CharField(allow_blank=True, help_text="the ERP's own number of the sales order")
    cancel_reason = serializers.CharField(allow_blank=True)
    channel_state = serializers.CharField(help_text="its state in its channel's own word")
    on_hold = serializers.CharField(allow_blank=True, help_text="fraud, payment, mapping or stock; empty: it goes on")
    customer_id = serializers.UUIDField(allow_null=True, help_text="the person, the same in every channel")
    purchase_order = serializers.CharField(allow_blank=True, help_text="the buyer's own number of it")
    placed_by = serializers.CharField(allow_blank=True, help_text="who placed it for the buyer; empty: the buyer")
    sold_at = serializers.CharField(allow_blank=True, help_text="the store whose till took it")
    lines = OrderLineOut(many=True)
    tenders = TenderOut(many=True, source="payments")
    parcels = ParcelOut(many=True)
    reservations = ReservationOut(many=True)
    history = OrderEventOut(many=True, source="events")


class TraceEventOut(StrictSerializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField(
        help_text="inbox, fact, run, step, reservation, sourcing, payment, movement, journal, case, notice or delivery"
    )
    name = serializers.CharField(help_text="what happened")
    subject = serializers.CharField(help_text="to what")
    state = serializers.CharField(allow_blank=True)
    vendor_refs = serializers.DictField(child=serializers.CharField(), help_text="what other systems call it")
    detail = serializers.DictField()
    correlation_id = serializers.CharField(allow_blank=True)


class TraceOut(StrictSerializer):
    order_number = serializers.CharField()
    correlation_ids = serializers.ListField(child=serializers.CharField())
    complete = serializers.BooleanField(help_text="false when there is more of some kind than a trace shows")
    events = TraceEventOut(many=True)
