"""Following an order without an account: by its number and e-mail address, or by the link of a mail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from canonical.ids import number_of_receipt, receipt_number
from canonical.money import Money
from experience_apis.order_status import guests, waiting
from experience_apis.order_status.models import OrderStatus
from process_apis.orders import guest_links, tracking
from process_apis.orders.queries import NoSuchOrder

_WAIT_S = 20.0
View = Callable[..., HttpResponse]


class FindForm(forms.Form):
    """What stands in a confirmation."""

    number = forms.CharField(max_length=64)
    email = forms.EmailField(max_length=254)

    def clean_number(self) -> str:
        """The order's number; a receipt's, with its check character, is one too."""
        try:
            return number_of_receipt(self.cleaned_data["number"])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


def _for_anybody(view: View) -> View:
    """No inline script, from no cache, and the address of the page is told to nobody: it is the key to the order."""
    strict = never_cache(csp_replace({"script-src": [SELF], "style-src": [SELF]})(view))

    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = cast(HttpResponse, strict(request, **kwargs))
        response.setdefault("Referrer-Policy", "no-referrer")
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@_for_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for number and e-mail; the same answer for a wrong one of either."""
    form = FindForm(request.POST or None)
    if not form.is_valid():
        return _form(request, form=form, status=400 if request.POST else 200)
    number = form.cleaned_data["number"]
    address = request.META.get("REMOTE_ADDR", "")
    try:
        guests.by_email(number, email=form.cleaned_data["email"], address=f"page:{address}")
    except (NoSuchOrder, guests.AsksTooOften) as no:
        return _form(request, form=form, problem=no.detail, status=no.status)
    return redirect("track-order", token=guest_links.token(number))


@_for_anybody
@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    """One order as its buyer sees it."""
    try:
        row = guests.by_token(token)
    except NoSuchOrder as no:
        return _form(request, form=FindForm(), problem=no.detail, status=404)
    return render(request, "storefront/order.html", {"order": row, "token": token, **_shown(row)})


@_for_anybody
@require_safe
def version(request: HttpRequest, token: str) -> HttpResponse:
    """The order's version, as soon as it is above `after`, or as it is after some seconds."""
    after = request.GET.get("after", "")
    try:
        row = guests.by_token(token)
    except NoSuchOrder as no:
        return JsonResponse({"detail": no.detail}, status=404)
    waited = True
    if after.isascii() and after.isdigit() and len(after) < 10 and row.version <= int(after):
        waited = waiting.until_newer(row.number, than=int(after), within_s=_WAIT_S)
        row = guests.by_token(token)
    return JsonResponse({"version": row.version, "again_s": 1 if waited else 15})


def _form(request: HttpRequest, *, form: FindForm, status: int, problem: str = "") -> HttpResponse:
    page = render(request, "storefront/find.html", {"form": form, "problem": problem}, status=status)
    page["Referrer-Policy"] = "same-origin"  # with no-referrer a browser sends its form from "null", which is refused
    return page


def _shown(row: OrderStatus) -> dict[str, Any]:
    def money(minor: int) -> str:
        return f"{Money(minor=minor, currency=row.currency).text} {row.currency}"

    return {
        "receipt": receipt_number(row.number) if any(line["shipped"] for line in row.lines) else "",
        "total": money(row.total_minor),
        "paid": money(row.paid_minor),
        "refunded": money(row.refunded_minor) if row.refunded_minor else "",
        "parcels": [
            {
                **parcel,
                "link": tracking.link(parcel["carrier"], parcel["tracking_number"]),
                "left": datetime.fromisoformat(parcel["dispatched_at"]),
            }
            for parcel in row.parcels
        ],
        "refunds": [
            {"tender": each["tender"].replace("_", " "), "amount": money(each["amount_minor"]),
             "at": datetime.fromisoformat(each["at"])}
            for each in row.refunds
        ],
    }  # fmt: skip
