"""Sourcing in the admin: the rules, which people set, and what was decided by them, order by order."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from process_apis.sourcing.models import SourcingDecision, SourcingRule
from retail_platform.kernel import clock
from retail_platform.kernel.admin import NoDeleteAdmin, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, number


@admin.register(SourcingRule)
class SourcingRuleAdmin(NoDeleteAdmin):
    """A rule is ended rather than deleted, so that old decisions can be understood."""

    list_display = ("rule", "channel", "order", "weight", "now", "effective_from", "effective_until", "reason")
    list_filter = ("channel", "rule")
    search_fields = ("=channel", "reason")
    ordering = ("channel", "order", "id")
    fields = ("rule", "channel", ("order", "weight"), ("effective_from", "effective_until"), "reason")
    fixed_once_made = ("rule", "channel")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"effective_from": clock.now(), **super().get_changeform_initial_data(request)}

    @display(description="in force")
    def now(self, rule: SourcingRule) -> str:
        at = clock.now()
        if rule.effective_until and rule.effective_until <= at:
            return label("ended", "warning")
        return label("not yet", "info") if rule.effective_from > at else label("now", "success")


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ReadOnlyAdmin):
    """One order: the parts, the combinations considered with their points, the nodes that were not asked."""

    natural_key = "order_number"
    list_display = ("order_number", "channel", "sent_from", "attempt", "at")
    list_filter = ("channel", "at")
    search_fields = ("=order_number",)
    ordering = ("-at",)
    fields = (("order", "channel"), ("at", "attempt"), "considered")
    readonly_fields = ("order", "considered")

    @display(description="sent from")
    def sent_from(self, row: SourcingDecision) -> str:
        return ", ".join(sorted({part["node"] for part in row.chosen}))

    @display(description="order")
    def order(self, row: SourcingDecision) -> str:
        return link("orders_order", row.order_number)

    @display(description="combinations that could send all of it")
    def considered(self, row: SourcingDecision) -> int:
        return int(row.explanation["considered"])

    def tables(self, request: HttpRequest, obj: SourcingDecision) -> list[Table]:
        return [chosen_table(obj), candidates_table(obj), _rules_table(obj), _left_out_table(obj)]


def chosen_table(row: SourcingDecision) -> Table:
    """The parts as they were promised."""
    rows = [
        (each["line_id"], link("catalog_product", each["sku"]), link("catalog_node", each["node"]),
         number(each["units"]))
        for each in row.chosen
    ]  # fmt: skip
    return Table("Chosen", ("line", "sku", "node", "units"), rows)


def candidates_table(row: SourcingDecision) -> Table:
    """The best combinations of nodes, the chosen one first."""
    rows = [
        (", ".join(each["nodes"]), ", ".join(f"{rule} {points}" for rule, points in each["points"].items()),
         each["lost"] or label("chosen", "success"))
        for each in row.explanation["candidates"]
    ]  # fmt: skip
    note = "The fewer points, the better; a lower order of rules decides first."
    return Table("Considered", ("nodes", "points", "why not"), rows, note=note)


def _rules_table(row: SourcingDecision) -> Table:
    rows = [(each["order"], each["rule"], number(each["weight"])) for each in row.explanation["rules"]]
    return Table("Rules in force then", ("order", "rule", "weight"), rows)


def _left_out_table(row: SourcingDecision) -> Table:
    rows = [(link("catalog_node", node), because) for node, because in sorted(row.explanation["left_out"].items())]
    return Table("Nodes that have some and were not asked", ("node", "why"), rows)
