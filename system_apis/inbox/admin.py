"""The inbox in the admin: what came in, byte for byte, and what became of it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, code, link, list_link, payload
from system_apis.inbox.models import InboxMessage


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    """Raw payloads, shown escaped and never run, rendered or parsed into anything but indented text."""

    list_display = ("received_at", "sender", "topic", "fact_name", "event_id", "correlation_id")
    list_filter = ("connection", "fact_name", "received_at")
    search_fields = ("=event_id", "=correlation_id")
    ordering = ("-received_at",)
    fields = (
        ("sender", "topic"), ("event_id", "fact_name"), ("received_at", "size"), "digest", "runs", "facts",
    )  # fmt: skip
    readonly_fields = ("sender", "size", "digest", "runs", "facts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxMessage]:
        rows = super().get_queryset(request).select_related("connection").defer("connection__credentials")
        match = request.resolver_match
        in_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.defer("raw", "headers") if in_list else rows

    @display(description="from", ordering="connection__code")
    def sender(self, message: InboxMessage) -> str:
        return link("connections_connection", message.connection_id, message.connection.code)

    @display(description="size")
    def size(self, message: InboxMessage) -> str:
        return f"{len(message.raw)} bytes"

    @display(description="SHA-256")
    def digest(self, message: InboxMessage) -> str:
        return code(message.sha256)

    @display(description="runs")
    def runs(self, message: InboxMessage) -> str:
        return list_link("engine_processrun", "runs about this message", q=str(message.id))

    @display(description="facts")
    def facts(self, message: InboxMessage) -> str:
        return list_link("outbox_fact", "facts with the same correlation id", q=message.correlation_id)

    def tables(self, request: HttpRequest, obj: InboxMessage) -> list[Table]:
        return [
            Table("Payload", ("as it came, indented",), [(payload(bytes(obj.raw), wide=True),)]),
            Table("Headers kept", ("header", "value"), list(obj.headers.items())),
        ]
