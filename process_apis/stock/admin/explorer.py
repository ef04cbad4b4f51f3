"""The stock explorer: one sku over time in all its nodes, why each figure is so, and how far promises may go."""

import json
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from process_apis.stock.looking import explain, history
from process_apis.stock.looking.history import History
from process_apis.stock.reserving import backorders
from retail_platform.kernel import clock
from retail_platform.kernel.admin_pages import Table, link, list_link, moment, number
from retail_platform.kernel.problem import DomainError, NotFound

SPANS = {"1": "a day", "7": "a week", "30": "a month", "365": "a year"}
COLOURS = ("#14b8a6", "#6366f1", "#f59e0b", "#ef4444", "#38bdf8", "#22c55e", "#a855f7", "#94a3b8")
MOST_LINES = 24  # more can no longer be told apart
MOST_FREE = 4  # up to so many nodes show what was free and promised as well


class LimitForm(forms.Form):
    """How many units of the sku may be promised in a node beyond what is there."""

    node = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    units = forms.IntegerField(min_value=0, max_value=1_000_000_000, widget=UnfoldAdminIntegerFieldWidget)
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, nodes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].choices = [(node, node) for node in nodes]  # type: ignore[attr-defined]


def address(sku: str, **asked: str) -> str:
    """Where a sku is explored; `days` back, one `node` only."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return reverse("admin:stock_stockposition_explore", args=[sku]) + (f"?{given}" if given else "")


def to_history(sku: str) -> str:
    """A link there."""
    return format_html('<a class="desk-link" href="{}">over time</a>', address(sku))


def explore(admin: ModelAdmin, request: HttpRequest, sku: str) -> HttpResponse:
    """The page of a sku; a POST sets the limit of promises in one of its nodes."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    now, days, node = clock.now(), request.GET.get("days", "30"), request.GET.get("node", "")[:32]
    span = timedelta(days=int(days if days in SPANS else "30"))
    since = _since(sku, now=now, span=span)
    try:
        found = history.of(sku, nodes=(), since=since, until=now + timedelta(seconds=1))
    except NotFound as nothing:
        raise Http404(str(nothing)) from nothing
    form = LimitForm(request.POST or None, nodes=[line.node for line in found.lines])
    if request.method == "POST":
        if not request.user.has_perm("stock.change_stockposition"):
            raise PermissionDenied
        if form.is_valid() and _set_limit(admin, request, sku, form.cleaned_data):
            return redirect(address(sku))
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{sku} over time", "opts": admin.opts, "sku": sku, "chart": _chart(found, since, only=node),
        "spans": [(address(sku, days=each, node=node), name, each == days) for each, name in SPANS.items()],
        "nodes": [(address(sku, days=days, node=each), each or "all nodes", each == node)
                  for each in ("", *(line.node for line in found.lines))],
        "form": form if request.user.has_perm("stock.change_stockposition") else None, "tables": _tables(sku),
        "more": max(len(found.lines) - MOST_LINES, 0),
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/stock_explorer.html", context)


def _since(sku: str, *, now: datetime, span: timedelta) -> datetime:
    """As far back as asked, but hardly beyond the first movement: else a young sku is a flat line and a wall."""
    first = history.first_moved(sku)
    if first is None or first >= now:
        return now - span
    return max(now - span, first - (now - first) / 20 - timedelta(seconds=1))


def _set_limit(admin: ModelAdmin, request: HttpRequest, sku: str, wanted: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            position = backorders.set_limit(sku=sku, node=wanted["node"], units=wanted["units"])
            admin.log_change(request, position, f"Backorder limit {wanted['units']}: {wanted['reason']}")
    except DomainError as refused:
        admin.message_user(request, f"{refused.title}: {refused.detail}", messages.ERROR)
        return False
    admin.message_user(request, f"Up to {wanted['units']} may be promised beyond what is there.", messages.SUCCESS)
    return True


def _tables(sku: str) -> list[Table]:
    explained = explain.sku(sku, nodes=())["nodes"]
    rows = [
        (link("catalog_node", each["node"]), number(each["free"]), each["formula"], each["counted_by"],
         moment(each["counted_at"]) if each["counted_at"] else "",
         list_link("stock_stockmovement", "movements", q=sku, node__exact=each["node"]))
        for each in explained
    ]  # fmt: skip
    return [Table("Why it is so", ("node", "free", "formula", "last counted by", "at (UTC)", ""), rows)]


def _chart(found: History, since: datetime, *, only: str = "") -> dict[str, str]:
    """Each node on hand, with what was promised and free of it, as unfold's chart component takes it."""
    form = "%H:%M" if found.at[-1] - since <= timedelta(days=2) else "%Y-%m-%d"
    shown = [line for line in found.lines if not only or line.node == only] or found.lines
    lines = sorted(shown, key=lambda line: -max(line.on_hand))[:MOST_LINES]
    datasets: list[dict[str, Any]] = []
    for n, line in enumerate(lines):
        colour = COLOURS[n % len(COLOURS)]
        drawn = {"stepped": True, "borderColor": colour, "pointRadius": 0, "borderWidth": 2}
        datasets.append({"label": f"{line.node} on hand ({line.free[-1]} free now)", "data": line.on_hand, **drawn})
        if len(lines) <= MOST_FREE:
            datasets.append({"label": f"{line.node} free", "data": line.free, **drawn, "borderDash": [6, 3]})
            datasets.append({"label": f"{line.node} promised", "data": line.promised, **drawn, "borderDash": [1, 3]})
    grey = {"color": "#9ca3af"}
    options = {
        "animation": False, "responsive": True, "maintainAspectRatio": False,
        "plugins": {"legend": {"display": True, "align": "end", "labels": {**grey, "boxWidth": 8, "boxHeight": 8}}},
        "scales": {
            "x": {"ticks": {**grey, "maxRotation": 0, "maxTicksLimit": 10}, "grid": {"display": False}},
            "y": {"beginAtZero": True, "ticks": {**grey, "precision": 0}, "grid": {"tickWidth": 0}},
        },
    }  # fmt: skip
    data = {"labels": [f"{at:{form}}" for at in found.at], "datasets": datasets}
    return {"data": json.dumps(data), "options": json.dumps(options)}
