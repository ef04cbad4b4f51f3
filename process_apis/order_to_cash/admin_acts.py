"""What the service desk does to an order in the admin: lets a held one go on, cancels it, or cancels units of it."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from process_apis.orders import cancellations, holds
from process_apis.orders.models import AskedBy, HoldReason, Order, OrderLine, OrderState
from retail_platform.kernel.admin import Act, NotDone, ReasonForm

_OPEN = (OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.RESERVED, OrderState.RELEASED, OrderState.PART_SHIPPED)


def _let_go_on(order: Order, *, by: str, reason: str, now: datetime) -> None:
    holds.release(number=order.number, by=by, reason=reason, now=now)


def _cancel(order: Order, *, by: str, reason: str, now: datetime) -> None:
    _request(order, AskedBy.SERVICE, by=by, reason=reason, now=now)


def _cancel_as_fraud(order: Order, *, by: str, reason: str, now: datetime) -> None:
    _request(order, AskedBy.FRAUD, by=by, reason=reason, now=now)


def _cancel_units(order: Order, *, by: str, reason: str, now: datetime, asked: Mapping[str, int | None]) -> None:
    lines = {f"line_{line.id}": line.line_id for line in order.lines.all()}
    units = {lines[name]: count for name, count in asked.items() if name in lines and count}
    if not units:
        raise NotDone("say how many units of at least one line are to be cancelled")
    _request(order, AskedBy.SERVICE, by=by, reason=reason, now=now, units=units)


def _request(
    order: Order, asked_by: AskedBy, *, by: str, reason: str, now: datetime, units: Mapping[str, int] | None = None
) -> None:
    key = f"desk:{by}:{now.isoformat()}"[:160]
    cancellations.request(
        number=order.number, key=key, asked_by=asked_by, by=by, reason=reason, units=units, now=now
    )  # fmt: skip


def _units_form(order: Order) -> type[ReasonForm]:
    """Asks for units of each line that has some left to cancel."""
    fields = {f"line_{line.id}": _field(line) for line in order.lines.all() if _left(line)}
    return type("UnitsForm", (ReasonForm,), fields)


def _field(line: OrderLine) -> forms.IntegerField:
    return forms.IntegerField(
        label=f"{line.sku} {line.title}".strip(),
        help_text=f"{_left(line)} of {line.quantity} can be cancelled",
        min_value=0,
        max_value=_left(line),
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def _left(line: OrderLine) -> int:
    return line.quantity - line.shipped - line.cancelled - line.cancel_requested


RELEASE_HOLD = Act(
    name="release_hold",
    title="Let it go on",
    explains="You have looked at it, and it is no fraud: the order goes on with your name on it.",
    do=_let_go_on,
    permission="orders.change_order",
    applies=lambda order: order.on_hold == HoldReason.FRAUD,
    variant="primary",
)
CANCEL_AS_FRAUD = Act(
    name="cancel_fraud",
    title="Cancel as fraud",
    explains="All of the order is cancelled, and what is held for it is let go. What has left already cannot be.",
    do=_cancel_as_fraud,
    permission="orders.change_order",
    applies=lambda order: order.on_hold == HoldReason.FRAUD and order.state in _OPEN,
)
CANCEL_UNITS = Act(
    name="cancel_units",
    title="Cancel units",
    explains="Units of some lines are cancelled, their money goes back. The warehouse has the last word on what it "
    "was asked to send.",
    do=_cancel_units,
    permission="orders.change_order",
    applies=lambda order: order.state in _OPEN,
    form=_units_form,
)
CANCEL = Act(
    name="cancel",
    title="Cancel the order",
    explains="All that has not left is cancelled, and its money goes back. The warehouse has the last word on what it "
    "was asked to send.",
    do=_cancel,
    permission="orders.change_order",
    applies=lambda order: order.state in _OPEN,
)
