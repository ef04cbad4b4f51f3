"""Notices in the admin: what was told to whom, how it reads, and sending it anew."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from unfold.decorators import display

from process_apis.engine.process import run_id_of
from process_apis.notices import letters, services
from process_apis.notices.models import Notice, NoticePolicy, NoticeState
from process_apis.notices.process import NOTICE
from process_apis.orders.queries import NoSuchOrder
from retail_platform.kernel.admin import Act, NoDeleteAdmin, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import label, link, moment, payload
from retail_platform.kernel.problem import DomainError

_LABELS: dict[str, str] = {
    NoticeState.PENDING: "info",
    NoticeState.SENT: "success",
    NoticeState.FAILED: "danger",
    NoticeState.SUPPRESSED: "",
}


def _resend(notice: Notice, *, by: str, reason: str, now: datetime) -> None:
    services.resend(notice_id=notice.id, by=by, reason=reason)


RESEND = Act(
    name="resend",
    title="Send anew",
    explains="The same message once more, as the books stand now, to the address the order has now.",
    do=_resend,
    permission="notices.change_notice",
    applies=lambda notice: notice.state in (NoticeState.SENT, NoticeState.FAILED),
    variant="primary",
)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """One message to one customer. The preview shows no code to collect goods: that is the customer's."""

    acts = (RESEND,)
    list_display = ("template", "state_label", "order", "channel", "language", "why", "created", "sent")
    list_filter = ("state", "template", "channel", "language")
    search_fields = ("=order_number", "=correlation_id")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": (("template", "state_label"), ("order", "channel"), ("language", "copy"), "why", "run")}),
        ("As it reads now", {"fields": ("preview",)}),
        ("When", {"fields": (("created", "sent"), ("asked_by", "correlation_id"))}),
    )
    readonly_fields = ("state_label", "order", "run", "preview", "created", "sent")

    @display(description="state", ordering="state")
    def state_label(self, notice: Notice) -> str:
        return label(notice.state, _LABELS.get(notice.state, ""))

    @display(description="order", ordering="order_number")
    def order(self, notice: Notice) -> str:
        return link("orders_order", notice.order_number)

    @display(description="run")
    def run(self, notice: Notice) -> str:
        if notice.state == NoticeState.SUPPRESSED and not notice.asked_by:
            return "none"
        return link("engine_processrun", run_id_of(process=NOTICE.name, subject=str(notice.id)), "its sending")

    @display(description="text")
    def preview(self, notice: Notice) -> str:
        try:
            letter = letters.letter(notice, preview=True)
        except (NoSuchOrder, DomainError) as gone:
            return str(gone)
        return payload(f"To: {_masked(letter.to)}\nSubject: {letter.subject}\n\n{letter.text}")

    @display(description="noted", ordering="created_at")
    def created(self, notice: Notice) -> str:
        return moment(notice.created_at)

    @display(description="sent", ordering="sent_at")
    def sent(self, notice: Notice) -> str:
        return moment(notice.sent_at)


@admin.register(NoticePolicy)
class NoticePolicyAdmin(NoDeleteAdmin):
    """How customers of each channel are told."""

    list_display = ("channel", "tells_customers", "language", "sender")
    fixed_once_made: Any = ("channel",)


def _masked(email: str) -> str:
    name, at, domain = email.partition("@")
    return f"{name[:1]}…{at}{domain}" if at else ""
