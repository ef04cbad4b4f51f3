"""How missing units are handled, in the admin: rules and substitutes, which people set; what is sent later."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.fulfilment.models import HandlingRule, SendRequest, SentLater, Substitute
from retail_platform.kernel import clock
from retail_platform.kernel.admin import NoDeleteAdmin, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import label, link


@admin.register(HandlingRule)
class HandlingRuleAdmin(NoDeleteAdmin):
    """A rule is ended rather than deleted, so that old decisions can be understood."""

    list_display = ("scope", "ways", "acknowledge_min", "now", "effective_from", "effective_until", "reason")
    list_filter = ("channel", "node_kind")
    search_fields = ("=node", "=channel", "reason")
    ordering = ("node", "node_kind", "channel", "id")
    fields = (("channel", "node", "node_kind"), "ways", "acknowledge_min", ("effective_from", "effective_until"),
              "reason")  # fmt: skip
    fixed_once_made = ("channel", "node", "node_kind", "ways", "acknowledge_min")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"effective_from": clock.now(), **super().get_changeform_initial_data(request)}

    @display(description="where")
    def scope(self, rule: HandlingRule) -> str:
        return " ".join(filter(None, (rule.node, rule.node_kind, rule.channel))) or "everywhere"

    @display(description="in force")
    def now(self, rule: HandlingRule) -> str:
        at = clock.now()
        if rule.effective_until and rule.effective_until <= at:
            return label("ended", "warning")
        return label("not yet", "info") if rule.effective_from > at else label("now", "success")


@admin.register(Substitute)
class SubstituteAdmin(NoDeleteAdmin):
    """What may be sent instead of a product that is missing."""

    list_display = ("sku", "substitute", "rank")
    search_fields = ("=sku", "=substitute")
    fields = (("sku", "substitute"), "rank")


@admin.register(SentLater)
class SentLaterAdmin(ReadOnlyAdmin):
    """Backorders and what was moved elsewhere; an order's page shows its own."""

    list_display = ("order", "line_id", "units", "sku", "node", "cause", "way", "state", "promised_on", "since")
    list_filter = ("state", "cause", "way", "node")
    search_fields = ("=order_number", "=sku")
    ordering = ("-since",)

    @display(description="order")
    def order(self, row: SentLater) -> str:
        return link("orders_order", row.order_number)


@admin.register(SendRequest)
class SendRequestAdmin(ReadOnlyAdmin):
    """What nodes were asked to send, and whether they have said yes."""

    list_display = ("reference", "node", "order", "state", "asked_at", "answer_by")
    list_filter = ("state", "node")
    search_fields = ("=order_number", "=reference")
    ordering = ("-asked_at",)

    @display(description="order")
    def order(self, row: SendRequest) -> str:
        return link("orders_order", row.order_number)
