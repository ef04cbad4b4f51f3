"""Parcels and customers in the admin. The order itself is shown by order to cash, which knows its other books too."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from canonical.money import Money
from process_apis.orders import customers
from process_apis.orders.models import Customer, Parcel, ParcelState
from retail_platform.kernel.admin import Act, NotDone, ReadOnlyAdmin, ReasonForm
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
        pieces = [(each.line_id, each.sku, each.serial) for each in obj.serials.order_by("id")[:SHOW_AT_MOST]]
        return [
            Table("Goods", ("sku", "title", "units", "before discount", "discount", "tax", "cost"), lines),
            *([Table("Pieces", ("line", "sku", "serial number"), pieces)] if pieces else []),
            Table("Paid with", ("tender", "reference", "amount"), tenders),
        ]


class SamePersonForm(ReasonForm):
    """Asks for the other row of the same person."""

    other = forms.UUIDField(help_text="the id of the one that is this person too", widget=UnfoldAdminTextInputWidget())


def _same_person(
    customer: Customer, *, by: str, reason: str, now: datetime, asked: Mapping[str, Any]
) -> None:  # fmt: skip
    try:
        customers.are_the_same(keep=customer.id, other=asked["other"])
    except customers.SamePerson as told:
        raise NotDone(str(told)) from told


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """One person, what channels call them, and what they ordered."""

    acts = (
        Act(
            name="same_person",
            title="Somebody else is this person too",
            explains="Orders and references of the other become this person's. It is not taken apart again.",
            do=_same_person,
            permission="orders.change_customer",
            applies=lambda customer: customer.same_as_id is None,
            form=lambda customer: SamePersonForm,
        ),
    )
    list_display = ("name", "email", "id", "first_seen_at")
    search_fields = ("=email", "=references__reference", "=id")
    search_help_text = "The e-mail address, what a channel calls them, or the id"
    ordering = ("-first_seen_at",)
    fields = (("name", "email"), ("id", "first_seen_at"), "same_as")

    def tables(self, request: HttpRequest, obj: Customer) -> list[Table]:
        known = [(each.channel, each.reference) for each in obj.references.order_by("channel")[:SHOW_AT_MOST]]
        ordered = [
            (link("orders_order", each.number), each.channel, each.state, each.placed_at)
            for each in obj.orders.order_by("-placed_at")[:SHOW_AT_MOST]
        ]
        return [
            Table("Known as", ("channel", "reference"), known),
            Table("Orders", ("order", "channel", "state", "placed"), ordered),
        ]


def _money(parcel: Parcel, minor: int) -> str:
    return str(Money(minor=minor, currency=parcel.order.currency))
