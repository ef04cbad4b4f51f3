"""Policies in the admin: what is in force now; made after a look at what they change, ended, never edited."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display

from process_apis.stock_policy import keeping, preview
from process_apis.stock_policy.admin_form import PolicyForm
from process_apis.stock_policy.admin_tables import table_of
from process_apis.stock_policy.admin_times import InForceFilter, time_of
from process_apis.stock_policy.keeping import Draft, PolicyRefused
from process_apis.stock_policy.models import NodeAccuracy, Recalculation, StockPolicy
from process_apis.stock_policy.preview import Preview
from process_apis.stock_policy.rules import Rule
from retail_platform.kernel import clock
from retail_platform.kernel.admin import Act, NotDone, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link


def _close(policy: StockPolicy, *, by: str, reason: str, now: datetime) -> None:
    if not keeping.close(policy.id, by=by, now=now):
        raise NotDone("it has ended before")


@admin.register(StockPolicy)
class StockPolicyAdmin(ReadOnlyAdmin):
    """What channels see of the stock book. Adding shows what would change before anything does."""

    list_display = (
        "kind", "value", "scope", "time_label", "effective_from", "effective_until", "reason", "made_by",
    )  # fmt: skip
    list_filter = (InForceFilter, "kind", "channel", "node_kind", "node")
    search_fields = ("=sku", "=node", "=channel")
    ordering = ("-effective_from", "-id")
    fields = (
        ("kind", "value"), ("product", "place"), ("node_kind", "channel"), ("effective_from", "effective_until"),
        ("time_label", "reason"), ("made_by", "made_at"), "closed_by",
    )  # fmt: skip
    readonly_fields = ("product", "place", "time_label")
    acts = (
        Act(
            name="close", title="End it now", explains="The rule is not in force any more; the record of it stays.",
            do=_close, permission="stock_policy.change_stockpolicy", variant="danger",
            applies=lambda row: time_of(row, clock.now()) != "over",
        ),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("stock_policy.add_stockpolicy")

    @display(description="for")
    def scope(self, policy: StockPolicy) -> str:
        return " ".join(filter(None, (policy.sku, policy.node, policy.node_kind, policy.channel))) or "everything"

    @display(description="time")
    def time_label(self, policy: StockPolicy) -> str:
        time = time_of(policy, clock.now())
        return label(time, {"in force": "success", "later": "info"}.get(time, ""))

    @display(description="sku")
    def product(self, policy: StockPolicy) -> str:
        return link("catalog_product", policy.sku)

    @display(description="node")
    def place(self, policy: StockPolicy) -> str:
        return link("catalog_node", policy.node)

    def tables(self, request: HttpRequest, obj: StockPolicy) -> list[Table]:
        """What ending it now would change."""
        now = clock.now()
        if time_of(obj, now) != "in force":
            return []
        rule = Rule(obj.kind, obj.sku, obj.node, obj.node_kind, obj.channel, obj.value)
        return [table_of(preview.of_closing(rule, now=now), title="Without it", after="without it")]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask, show what would change, and make it when that was seen."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, seen = PolicyForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            made, seen = self._look_or_make(request, form)
            if made:
                return redirect(reverse("admin:stock_policy_stockpolicy_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a stock policy", "form": form, "opts": self.opts, "seen": seen,
            "seen_as": _seen_as(form.draft()) if seen else "",
            "tables": [table_of(seen, title="What it would change", after="after")] if seen else [],
            "back": reverse("admin:stock_policy_stockpolicy_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/stock_policy/add.html", context)

    def _look_or_make(self, request: HttpRequest, form: PolicyForm) -> tuple[StockPolicy | None, Preview | None]:
        now, draft, by = clock.now(), form.draft(), request.user.get_username()
        if errors := keeping.complaints(draft, now=now):
            form.complain(errors)
            return None, None
        if request.POST.get("make") != _seen_as(draft):  # not looked at yet, or changed since
            return None, preview.of_rule(draft.rule, now=now, since=draft.since)
        try:
            made = keeping.make(draft, reason=form.cleaned_data["reason"], by=by, now=now)
        except PolicyRefused as refused:  # somebody was faster
            form.complain(refused.errors)
            return None, None
        self.log_addition(request, made, form.cleaned_data["reason"])
        self.message_user(request, f"Made: {made}.", messages.SUCCESS)
        return made, None


@admin.register(NodeAccuracy)
class NodeAccuracyAdmin(ReadOnlyAdmin):
    """How far each node's book is trusted, and why."""

    list_display = ("node", "score", "why", "scored_at")
    ordering = ("score", "node")
    search_fields = ("=node",)

    @display(description="why")
    def why(self, accuracy: NodeAccuracy) -> str:
        return ", ".join(f"{points:+d} {name}" for name, points in accuracy.terms if points)


@admin.register(Recalculation)
class RecalculationAdmin(ReadOnlyAdmin):
    """Wide changes that are still being carried to channels."""

    list_display = ("asked_at", "node", "cause", "done_to")
    ordering = ("asked_at",)


def _seen_as(draft: Draft) -> str:
    """A name for exactly this draft."""
    return sha256(repr(draft).encode()).hexdigest()[:16]
