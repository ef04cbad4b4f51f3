"""Exchanges on a phone: what it comes to, agreed with the customer, and what became of it and of a till's tickets."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from canonical.money import Money
from experience_apis.store_tools import exchanges, receipts
from experience_apis.store_tools.exchange_forms import AgreedForm, ExchangeForm, till_kinds
from experience_apis.store_tools.pages import for_staff, store_of, zone
from experience_apis.store_tools.queries import units_at
from experience_apis.store_tools.return_pages import complain, sale_page, typed
from process_apis.catalog import queries as catalog
from process_apis.orders import queries as orders
from process_apis.orders.models import Order
from process_apis.return_to_refund import swaps
from process_apis.return_to_refund.at_store import Handed
from process_apis.return_to_refund.swaps import Terms
from retail_platform.kernel import clock
from retail_platform.kernel.problem import DomainError, NotFound


@for_staff
@require_safe
def listed(request: HttpRequest, node: str) -> HttpResponse:
    """The latest exchanges of the store, or those of one ticket of its tills."""
    here, ticket = store_of(request, node), typed(request.GET, "ticket")
    shown = {"store": here, "exchanges": exchanges.of_store(node, ticket=ticket), "ticket": ticket}
    return render(request, "store_tools/exchanges.html", shown | zone(here))


@for_staff
@require_safe
def shown(request: HttpRequest, node: str, number: str) -> HttpResponse:
    """One exchange, and how far it has come."""
    here = store_of(request, node)
    try:
        found = exchanges.one(node, number.replace("\x00", ""))
    except NotFound as none:
        raise Http404 from none
    return render(request, "store_tools/exchanged.html", {"store": here, "exchange": found} | zone(here))


@for_staff
@require_POST
def review(request: HttpRequest, node: str) -> HttpResponse:
    """What it would come to, for the customer to say yes to. Nothing is written."""
    here, order = store_of(request, node), _order(request)
    if order is None:
        return redirect("store-returns-page", node=node)
    form = ExchangeForm(request.POST, lines=receipts.shown(order)["lines"])
    if not form.is_valid():
        complain(request, form)
        return sale_page(request, node, order)
    try:
        told = swaps.terms(order, handed=_handed(form), wanted=form.wanted(), now=clock.now())
    except DomainError as refused:
        messages.error(request, refused.detail)
        return sale_page(request, node, order)
    left_over = {"store_credit": "as store credit", "cash": "in cash from the till"}
    page = {
        "store": here, "order": order, "terms": told, "new": _new(told, node=node), "typed": form.typed(),
        "tills": till_kinds(),
        "back": [(words, Money(minor=minor, currency=order.currency)) for words, minor in told.arithmetic],
        "way": left_over.get(form.cleaned_data["refund"], "as it was paid"),
    }  # fmt: skip
    return render(request, "store_tools/exchange.html", page)


@for_staff
@require_POST
def take(request: HttpRequest, node: str) -> HttpResponse:
    """Do it, and show what becomes of it. A button pressed twice exchanges once."""
    store_of(request, node)
    order = _order(request)
    if order is None:
        return redirect("store-returns-page", node=node)
    form = AgreedForm(request.POST, lines=receipts.shown(order)["lines"])
    if not form.is_valid():
        complain(request, form)
        return sale_page(request, node, order)
    try:
        parent = swaps.swap(
            key=f"page:{form.cleaned_data['key']}", order=order, node=node, handed=_handed(form), wanted=form.wanted(),
            staff=cast(User, request.user).get_username(), shown=form.shown(), settled=form.settled(), now=clock.now(),
        )  # fmt: skip
    except DomainError as refused:
        messages.error(request, refused.detail)
        return sale_page(request, node, order)
    messages.success(request, f"Exchanged as {parent.number}. Give the customer the new goods.")
    return redirect("store-exchange-page", node=node, number=parent.number)


def _order(request: HttpRequest) -> Order | None:
    try:
        return orders.order(typed(request.POST, "order_number"))
    except orders.NoSuchOrder as none:
        messages.error(request, none.detail)
        return None


def _handed(form: ExchangeForm) -> list[Handed]:
    return [Handed(**line) for line in form.handed()]


def _new(told: Terms, *, node: str) -> list[dict[str, Any]]:
    """Each of the new goods, and how many our book says lie here."""
    known = catalog.products({each.sku for each in told.wanted})
    here = units_at(list(known), nodes=[node])[node]
    return [
        {
            "units": each.quantity, "sku": each.sku, "title": known[each.sku].title,
            "price": Money(minor=each.unit_price_minor or 0, currency=told.costs.currency),
            "lacking": here.get(each.sku, each.quantity) < each.quantity,  # of a service none lacks
        }
        for each in told.wanted
    ]  # fmt: skip
