"""Returns on a phone: find the sale, say what came back, and tell the customer how the money goes."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from canonical.money import Money
from experience_apis.store_tools import receipts
from experience_apis.store_tools.exchange_forms import PLACES
from experience_apis.store_tools.pages import for_staff, store_of
from experience_apis.store_tools.return_forms import CONDITIONS, SEEN, LookupForm, NoReceiptForm, TakeBackForm
from experience_apis.store_tools.returns_api import take_back
from process_apis.orders import queries as orders
from process_apis.orders.models import Order
from process_apis.return_to_refund import approval
from process_apis.returns import queries
from process_apis.returns.models import ReceiptLine
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError


@for_staff
@require_safe
def returns(request: HttpRequest, node: str) -> HttpResponse:
    """Look a sale up, or begin without a receipt."""
    return _page(request, node)


@for_staff
@require_POST
def look_up(request: HttpRequest, node: str) -> HttpResponse:
    """The sales found, each with what can come back."""
    store_of(request, node)
    form, staff = LookupForm(request.POST), cast(User, request.user).get_username()
    if not form.is_valid():
        return _page(request, node, lookup=form)
    try:
        found = receipts.find(**form.cleaned_data, client=f"store:{node}", staff=staff)
    except DomainError as refused:
        messages.error(request, refused.detail)
        return _page(request, node, lookup=form)
    if not found:
        messages.error(request, "No sale is found like this. Try another way, or take it back without a receipt.")
    return _page(request, node, lookup=form, sales=[_sale(order) for order in found])


@for_staff
@require_POST
def take(request: HttpRequest, node: str) -> HttpResponse:
    """Take goods of a sale back, and say what the customer gets."""
    store_of(request, node)
    number = typed(request.POST, "order_number")
    try:
        sale = receipts.shown(orders.order(number))
    except orders.NoSuchOrder as none:
        messages.error(request, none.detail)
        return redirect("store-returns-page", node=node)
    form = TakeBackForm(request.POST, lines=sale["lines"])
    taken = _taken(request, node, form, order_number=number, refund=form.data.get("refund", "original"))
    return taken or sale_page(request, node, orders.order(number))


@for_staff
@require_POST
def take_announced(request: HttpRequest, node: str) -> HttpResponse:
    """Take in what the customer announced online; its money goes as was agreed."""
    store_of(request, node)
    number, asked = typed(request.POST, "order_number"), typed(request.POST, "return_number")
    try:
        order = orders.order(number)
    except orders.NoSuchOrder as none:
        messages.error(request, none.detail)
        return redirect("store-returns-page", node=node)
    announced = {each["number"]: each["lines"] for each in receipts.shown(order)["announced"]}
    if asked not in announced:
        messages.error(request, f"Nothing of return {asked} is still to come: it was taken in, or turned away.")
        return sale_page(request, node, order)
    form = TakeBackForm(request.POST, lines=announced[asked])
    return _taken(request, node, form, return_number=asked) or sale_page(request, node, order)


@for_staff
@require_POST
def take_without_receipt(request: HttpRequest, node: str) -> HttpResponse:
    """Take a thing back that nobody has a receipt of: store credit, counted for the document that was shown."""
    store_of(request, node)
    form = NoReceiptForm(request.POST)
    taken = _taken(request, node, form, document=form.data.get("document", ""))
    return taken or redirect("store-returns-page", node=node)


def _taken(request: HttpRequest, node: str, form: TakeBackForm | NoReceiptForm, **told: Any) -> HttpResponse | None:
    """None, and the person told why, where it is not taken back."""
    if not form.is_valid():
        complain(request, form)
        return None
    asked = {
        "node": node, "staff": cast(User, request.user).get_username(), "reason": "", "lines": form.handed(),
        "order_number": "", "return_number": "", "document": "", "refund": "original", **told,
    }  # fmt: skip
    try:
        made = queries.one(take_back(asked, key=f"page:{form.cleaned_data['key']}"))
    except DomainError as refused:
        messages.error(request, refused.detail)
        return None
    amount = Money(minor=made.total_minor, currency=made.currency)
    way = {"store_credit": "as store credit", "cash": "in cash: take it from the till"}.get(made.settled_as, "")
    said = f"The customer gets {amount} {way or 'as it was paid'}."
    if ReceiptLine.objects.filter(receipt__parent=made).exclude(suspect="").exists():
        said = "Pay nothing out: somebody looks into it first."
    elif approval.needed(made, now=clock.now()):
        said = f"Pay nothing out yet: a second person has to agree to {amount}."
    messages.success(request, f"Taken back as {made.number}. {said}")
    return redirect("store-returns-page", node=node)


def sale_page(request: HttpRequest, node: str, order: Order) -> HttpResponse:
    """The sale once more, for whoever typed something that cannot be."""
    lookup = LookupForm({"by": "order", "value": order.number})
    return _page(request, node, lookup=lookup, sales=[_sale(order)])


def _page(
    request: HttpRequest, node: str, *, lookup: LookupForm | None = None, sales: list[dict[str, Any]] | None = None
) -> HttpResponse:
    shown = {
        "store": store_of(request, node), "lookup": lookup or LookupForm(), "sales": sales or [],
        "conditions": CONDITIONS, "seen": SEEN, "key": uuid4(), "places": PLACES,
    }  # fmt: skip
    return render(request, "store_tools/returns.html", shown)


def _sale(order: Order) -> dict[str, Any]:
    sale = receipts.shown(order)
    for line in sale["lines"]:
        line["price"] = Money(minor=line["paid_for_one"].minor, currency=line["paid_for_one"].currency)
    for parent in sale["announced"]:
        parent["key"] = uuid4()
    return {**sale, "key": uuid4()}


def typed(given: QueryDict, name: str) -> str:
    """A field that is looked up before its form is known; PostgreSQL knows no NUL."""
    return given.get(name, "").replace("\x00", "").strip()[:64]


def complain(request: HttpRequest, form: Form) -> None:
    """Say what of a form cannot be taken."""
    for name, told in form.errors.items():
        field = "" if name == NON_FIELD_ERRORS else f"{name.partition('-')[0].replace('_', ' ')}: "
        messages.error(request, field + " ".join(map(str, told)))
