"""One order from end to end: its goods, its money, its runs, its journals, and everything that happened, in order."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from canonical.money import Money
from process_apis.order_to_cash import admin_tables as tables
from process_apis.order_to_cash import trace
from process_apis.order_to_cash.admin_acts import CANCEL, CANCEL_AS_FRAUD, CANCEL_UNITS, RELEASE_HOLD
from process_apis.order_to_cash.admin_placing import PLACE_AGAIN
from process_apis.orders.models import Order, OrderState
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, list_link, number, payload

ORDER_LABELS: dict[str, str] = {
    OrderState.RECEIVED: "info", OrderState.ACCEPTED: "info", OrderState.RESERVED: "info",
    OrderState.RELEASED: "primary", OrderState.PART_SHIPPED: "warning", OrderState.SHIPPED: "primary",
    OrderState.CLOSED: "success", OrderState.CANCELLED: "danger",
}  # fmt: skip
# Each table with the permission that opens it: a page never shows what its reader could not look up.
TABLES = (
    ("orders.view_order", tables.lines),
    ("orders.view_order", tables.tenders),
    ("orders.view_order", tables.movements),
    ("orders.view_order", tables.parcels),
    ("stock.view_reservation", tables.reservations),
    ("fulfilment.view_sentlater", tables.sent_later),
    ("sourcing.view_sourcingdecision", tables.sourcing),
    ("engine.view_processrun", tables.runs),
    ("cases.view_case", tables.cases),
    ("ledger.view_journalentry", tables.journals),
    ("orders.view_order", tables.history),
    ("engine.view_processrun", tables.events),
)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Found by number, by what the channel calls it, or by the customer's e-mail."""

    natural_key = "number"
    acts = (RELEASE_HOLD, PLACE_AGAIN, CANCEL_UNITS, CANCEL, CANCEL_AS_FRAUD)
    list_display = ("number", "channel", "state_label", "total", "placed_at", "parcel_count", "customer_name")
    list_filter = ("state", "channel", "received_at")
    search_fields = ("=number", "=channel_order_id", "=customer_email", "=correlation_id")
    search_help_text = "The whole number, the channel's id, the customer's e-mail, or a correlation id"
    ordering = ("-received_at",)
    fieldsets = (
        (None, {"fields": (
            ("number", "state_label"), ("channel", "channel_order_id"), ("total", "shipping"),
            ("placed_at", "closed_at"), ("erp_reference", "correlation"), ("on_hold", "risk"), "cancel_reason",
        )}),
        ("Customer", {"fields": (
            ("customer_name", "customer_email"), ("person", "purchase_order"), ("placed_by", "sold_at"), "address",
        )}),
    )  # fmt: skip
    readonly_fields = ("state_label", "total", "shipping", "correlation", "address", "person")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).annotate(parcels_sent=Count("parcels"))

    @display(description="state", ordering="state")
    def state_label(self, order: Order) -> str:
        return label(order.state.replace("_", " "), ORDER_LABELS.get(order.state, ""))

    @display(description="total", ordering="total_minor")
    def total(self, order: Order) -> str:
        return number(Money(minor=order.total_minor, currency=order.currency))

    @display(description="shipping")
    def shipping(self, order: Order) -> str:
        return str(Money(minor=order.shipping_minor, currency=order.currency))

    @display(description="parcels", ordering="parcels_sent")
    def parcel_count(self, order: Any) -> int:
        return order.parcels_sent

    @display(description="came in as")
    def correlation(self, order: Order) -> str:
        return list_link("inbox_inboxmessage", order.correlation_id, q=order.correlation_id)

    @display(description="person")
    def person(self, order: Order) -> str:
        return link("orders_customer", order.customer_id, order.customer_name or "somebody")

    @display(description="ship to")
    def address(self, order: Order) -> str:
        return payload({name: value for name, value in order.ship_to.items() if value})

    def tables(self, request: HttpRequest, obj: Order) -> list[Table]:
        story = trace.of_order(obj.number)
        return [table(obj, story) for permission, table in TABLES if request.user.has_perm(permission)]
