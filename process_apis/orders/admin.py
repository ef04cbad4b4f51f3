"""Parcels in the admin. The order itself is shown by order to cash, which knows its runs, journals and goods too."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from canonical.money import Money
from process_apis.orders.models import Parcel, ParcelState
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, label, link, list_link, number

PARCEL_LABELS: dict[str, str] = {
    ParcelState.DISPATCHED: "primary", ParcelState.CAPTURED: "info", ParcelState.INVOICED: "info",
    ParcelState.BOOKED: "info", ParcelState.SETTLED: "success",
}  # fmt: skip


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin):
    """One parcel: what is in it, its share of the order's money, who pays which part."""

    natural_key = "shipment_id"
    list_display = ("shipment_id", "order_link", "state_label", "total", "node", "carrier", "tracking_number",
                    "dispatched_at")  # fmt: skip
    list_filter = ("state", "node", "carrier")
    search_fields = ("=shipment_id", "=order__number", "=tracking_number", "=invoice_number")
    ordering = ("-id",)
    fields = (
        ("shipment_id", "order_link"), ("state_label", "total"), ("shipping", "shipping_tax"),
        ("node", "invoice_number"), ("carrier", "tracking_number"), ("dispatched_at", "settled_at"), ("run", "entries"),
    )  # fmt: skip
    readonly_fields = ("order_link", "state_label", "total", "shipping", "shipping_tax", "run", "entries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Parcel]:
        return super().get_queryset(request).select_related("order")

    @display(description="order", ordering="order__number")
    def order_link(self, parcel: Parcel) -> str:
        return link("orders_order", parcel.order_id, parcel.order.number)

    @display(description="state", ordering="state")
    def state_label(self, parcel: Parcel) -> str:
        return label(parcel.state.replace("_", " "), PARCEL_LABELS.get(parcel.state, ""))

    @display(description="total", ordering="total_minor")
    def total(self, parcel: Parcel) -> str:
        return _money(parcel, parcel.total_minor)

    @display(description="shipping")
    def shipping(self, parcel: Parcel) -> str:
        return _money(parcel, parcel.shipping_minor)

    @display(description="tax on shipping")
    def shipping_tax(self, parcel: Parcel) -> str:
        return _money(parcel, parcel.shipping_tax_minor)

    @display(description="run")
    def run(self, parcel: Parcel) -> str:
        return list_link("engine_processrun", "runs of this parcel", q=parcel.shipment_id)

    @display(description="journal")
    def entries(self, parcel: Parcel) -> str:
        return list_link("ledger_journalentry", "entries of this order", q=parcel.order.number)

    def tables(self, request: HttpRequest, obj: Parcel) -> list[Table]:
        lines = [
            (each.line.sku, each.line.title, number(each.quantity), *(
                number(_money(obj, minor)) for minor in (
                    each.net_minor, each.discount_minor, each.tax_minor, each.cost_minor)))
            for each in obj.lines.select_related("line")[:SHOW_AT_MOST]
        ]  # fmt: skip
        tenders = [
            (each.payment.kind, each.payment.reference, number(_money(obj, each.amount_minor)))
            for each in obj.tenders.select_related("payment")[:SHOW_AT_MOST]
        ]
        return [
            Table("Goods", ("sku", "title", "units", "before discount", "discount", "tax", "cost"), lines),
            Table("Paid with", ("tender", "reference", "amount"), tenders),
        ]


def _money(parcel: Parcel, minor: int) -> str:
    return str(Money(minor=minor, currency=parcel.order.currency))
