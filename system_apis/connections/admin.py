"""Connections in the admin: where we call, how it goes. Credentials are entered by command and never shown again."""

from datetime import datetime
from typing import Any

import pghistory
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from retail_platform.kernel.admin import Act, NotDone, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, code, label, list_link, payload
from system_apis.connections import breaker
from system_apis.connections.models import BreakerState, Connection
from system_apis.connections.sealed import CannotOpen

BREAKER_LABELS: dict[str, str] = {
    BreakerState.CLOSED: "success",
    BreakerState.HALF_OPEN: "warning",
    BreakerState.OPEN: "danger",
}


def _switch(connection: Connection, *, active: bool, by: str, reason: str) -> None:
    with pghistory.context(by=by, reason=reason):
        if Connection.objects.filter(pk=connection.pk, active=not active).update(active=active) != 1:
            raise NotDone("somebody else has done so already")


def _switch_on(connection: Connection, *, by: str, reason: str, now: datetime) -> None:
    _switch(connection, active=True, by=by, reason=reason)


def _switch_off(connection: Connection, *, by: str, reason: str, now: datetime) -> None:
    _switch(connection, active=False, by=by, reason=reason)


def _ask_again(connection: Connection, *, by: str, reason: str, now: datetime) -> None:
    with pghistory.context(by=by, reason=reason):
        if not breaker.ask_again(connection, now=now):
            raise NotDone("it is being asked again already")


MAY_SWITCH = "connections.change_connection"
ACTS = (
    Act("switch-off", "Switch off", "Nothing is sent there and its webhooks are refused. Runs that need it wait.",
        _switch_off, MAY_SWITCH, lambda row: row.active, "danger"),
    Act("switch-on", "Switch on", "Calls go out again, and runs that wait go on.",
        _switch_on, MAY_SWITCH, lambda row: not row.active, "primary"),
    Act("ask-again", "Ask it again now", "One call goes out. Answered well, five more do, then all that wait.",
        _ask_again, MAY_SWITCH, lambda row: row.breaker_state == BreakerState.OPEN, "primary"),
)  # fmt: skip


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """One account at one vendor."""

    acts = ACTS
    natural_key = "code"
    list_display = (
        "code",
        "kind",
        "vendor",
        "active",
        "breaker",
        "budget",
        "last_ok_at",
        "last_fault_at",
        "last_fault",
    )
    list_filter = ("kind", "vendor", "active", "breaker_state")
    search_fields = ("code", "base_url", "=channel")
    ordering = ("kind", "code")
    fieldsets = (
        (None, {"fields": (
            ("code", "active"), ("kind", "vendor"), ("base_url", "channel"), ("budget", "created_at"), "settings_text",
        )}),
        ("Health", {"fields": (
            ("breaker", "breaker_until"), ("breaker_trips", "credentials_changed_at"),
            ("last_ok_at", "last_fault_at"), "last_fault", "messages",
        )}),
    )  # fmt: skip
    readonly_fields = ("breaker", "budget", "settings_text", "messages")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        in_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.defer("credentials") if in_list else rows

    @display(description="breaker", ordering="breaker_state")
    def breaker(self, connection: Connection) -> str:
        return label(connection.breaker_state.replace("_", " "), BREAKER_LABELS.get(connection.breaker_state, ""))

    @display(description="budget", ordering="budget_per_s")
    def budget(self, connection: Connection) -> str:
        return f"{connection.budget_per_s} calls/s"

    @display(description="settings")
    def settings_text(self, connection: Connection) -> str:
        return payload(connection.settings)

    @display(description="webhooks")
    def messages(self, connection: Connection) -> str:
        return list_link("inbox_inboxmessage", "what came in from here", connection__id__exact=str(connection.pk))

    def tables(self, request: HttpRequest, obj: Connection) -> list[Table]:
        try:
            rows: list[Any] = [(name, code(last_four)) for name, last_four in obj.masked_credentials.items()]
        except CannotOpen as wrong:
            rows = [(label("cannot be opened", "danger"), str(wrong))]
        note = "Enter or replace one with manage.py connect; it is never shown again."
        return [Table("Credentials, their last four characters", ("name", "value"), rows, note=note)]
