"""Partners in the admin: who is told what, what was not taken and why, and telling it again."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from experience_apis.partners import services
from experience_apis.partners.models import Delivery, DeliveryState, Endpoint
from retail_platform.kernel.admin import Act, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import Table, label, link, list_link, moment, number, payload

_LABELS: dict[str, str] = {
    DeliveryState.PENDING: "info",
    DeliveryState.DELIVERED: "success",
    DeliveryState.FAILED: "danger",
}


def _on(endpoint: Endpoint, *, by: str, reason: str, now: datetime) -> None:
    services.switch_on(endpoint_id=endpoint.id, now=now)


def _off(endpoint: Endpoint, *, by: str, reason: str, now: datetime) -> None:
    services.switch_off(endpoint_id=endpoint.id, why=f"{by}: {reason}")


def _again(delivery: Delivery, *, by: str, reason: str, now: datetime) -> None:
    services.redeliver(delivery=delivery, now=now)


ON = Act(
    name="switch_on",
    title="Switch on",
    explains="It is told again; what was due before follows.",
    do=_on,
    permission="partners.change_endpoint",
    applies=lambda endpoint: not endpoint.active,
    variant="primary",
)
OFF = Act(
    name="switch_off",
    title="Switch off",
    explains="It is told nothing more; facts that happen meanwhile are not kept for it.",
    do=_off,
    permission="partners.change_endpoint",
    applies=lambda endpoint: endpoint.active,
)
AGAIN = Act(
    name="redeliver",
    title="Tell again",
    explains="At once, under the same webhook-id, with the same body.",
    do=_again,
    permission="partners.change_delivery",
    variant="primary",
)


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """One address of a partner. Its secret is shown to nobody."""

    acts = (ON, OFF)
    list_display = ("client", "url", "state", "failures", "ok", "tried", "all_deliveries")
    list_filter = ("active",)
    search_fields = ("=client", "url")
    ordering = ("client", "created_at")
    fields = (
        ("client", "state"), ("url", "description"), ("events", "channels"), ("failures", "failing_since"),
        "off_because", ("ok", "tried"), "all_deliveries",
    )  # fmt: skip
    readonly_fields = ("state", "ok", "tried", "all_deliveries")

    @display(description="state", ordering="active")
    def state(self, endpoint: Endpoint) -> str:
        if not endpoint.active:
            return label("off", "danger")
        return label("failing", "warning") if endpoint.failures else label("on", "success")

    @display(description="last taken", ordering="last_ok_at")
    def ok(self, endpoint: Endpoint) -> str:
        return moment(endpoint.last_ok_at)

    @display(description="last tried", ordering="last_tried_at")
    def tried(self, endpoint: Endpoint) -> str:
        return moment(endpoint.last_tried_at)

    @display(description="deliveries")
    def all_deliveries(self, endpoint: Endpoint) -> str:
        return list_link("partners_delivery", "its deliveries", endpoint__id__exact=str(endpoint.id))


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """One fact for one endpoint, with each try."""

    acts = (AGAIN,)
    list_display = ("name", "subject", "state_label", "to", "attempts", "last", "created")
    list_filter = ("state", "name", "endpoint")
    search_fields = ("=subject", "=correlation_id")
    list_select_related = ("endpoint",)
    ordering = ("-created_at", "-id")
    fields = (
        ("name", "state_label"), ("subject", "to"), ("attempts", "due_at"), ("created", "delivered_at"),
        ("event_id", "correlation_id"), "content",
    )  # fmt: skip
    readonly_fields = ("state_label", "to", "last", "created", "content")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "endpoint__id__exact" or bool(super().lookup_allowed(lookup, value, request))

    def tables(self, request: HttpRequest, obj: Delivery) -> list[Table]:
        rows = [(each["at"], number(each["status"]), each["error"], number(each["took_ms"])) for each in obj.tries]
        return [Table("Tries", ("at", "status", "what went wrong", "ms"), rows)]

    @display(description="state", ordering="state")
    def state_label(self, delivery: Delivery) -> str:
        return label(delivery.state, _LABELS.get(delivery.state, ""))

    @display(description="endpoint")
    def to(self, delivery: Delivery) -> str:
        return link("partners_endpoint", delivery.endpoint_id, str(delivery.endpoint))

    @display(description="last try")
    def last(self, delivery: Delivery) -> str:
        return (delivery.tries[-1]["error"] or str(delivery.tries[-1]["status"])) if delivery.tries else ""

    @display(description="noted", ordering="created_at")
    def created(self, delivery: Delivery) -> str:
        return moment(delivery.created_at)

    @display(description="what is sent")
    def content(self, delivery: Delivery) -> str:
        return payload(delivery.body)
