"""The service desk places an order again for its customer in the admin: the same goods, or fewer, or more of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from canonical.order import Address, Customer
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Channel, TenderKind
from process_apis.catalog.queries import UnknownChannel
from process_apis.catalog.tender_models import SettledBy
from process_apis.order_to_cash import paying, placing
from process_apis.order_to_cash.offers import OrderNotPossible
from process_apis.orders.models import Order
from retail_platform.kernel.admin import Act, NotDone, ReasonForm

MOST = 1000


def _again(order: Order, *, by: str, reason: str, now: datetime, asked: Mapping[str, Any]) -> None:
    lines = [
        placing.Wish(sku=line.sku, quantity=units, contract=line.contract)
        for line in order.lines.all()
        if (units := asked.get(f"line_{line.id}"))
    ]
    if not lines:
        raise NotDone("say how many units of at least one line are to be sent")
    payment = {"kind": asked["paid_with"], **({"token": asked["token"]} if asked["token"] else {})}
    draft = placing.Draft(
        channel=order.channel,
        name=f"again:{order.number}:{now.isoformat()}",
        customer=Customer(reference=order.customer_reference, name=order.customer_name, email=order.customer_email),
        ship_to=Address(**order.ship_to),
        lines=lines,
        payments=[payment],
        purchase_order=order.purchase_order,
        placed_by=f"{by}: {reason}"[:160],
    )
    try:
        placing.place(draft, now=now)
    except OrderNotPossible as no:
        raise NotDone("; ".join(each["detail"] for each in no.errors) or str(no)) from no


def _form(order: Order) -> type[ReasonForm]:
    """Asks for units of each line, and what pays."""
    fields: dict[str, forms.Field] = {
        f"line_{line.id}": forms.IntegerField(
            label=f"{line.sku} {line.title}".strip(), min_value=0, max_value=MOST, required=False,
            initial=line.quantity, widget=UnfoldAdminIntegerFieldWidget(),
        )
        for line in order.lines.all()
    }  # fmt: skip
    fields["paid_with"] = forms.ChoiceField(choices=_ways(order), widget=UnfoldAdminSelectWidget())
    fields["token"] = forms.CharField(
        max_length=255, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text="of a card or wallet, as the payment provider gave it",
    )  # fmt: skip
    return type("PlaceAgainForm", (ReasonForm,), fields)


def _ways(order: Order) -> list[tuple[str, str]]:
    """Kinds of tender of this channel that need no number of an account."""
    try:
        offered = paying.at_checkout(catalog.channel(order.channel).also_pays_with)
    except UnknownChannel:
        return []
    kinds = TenderKind.objects.filter(active=True).exclude(settled_by=SettledBy.STORED_VALUE).order_by("code")
    return [(kind.code, kind.name) for kind in kinds if offered(kind) and kind.settled_by != SettledBy.CHANNEL]


PLACE_AGAIN = Act(
    name="place_again",
    title="Place it again",
    explains="A new order for the same customer and address, at today's prices. This one stays as it is.",
    do=_again,
    permission="orders.change_order",
    applies=lambda order: not Channel.objects.filter(code=order.channel).exclude(commerce="").exists(),
    form=_form,
)
