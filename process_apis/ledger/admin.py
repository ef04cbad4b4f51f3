"""The ledger in the admin: entries with debits and credits, the trial balance, accounts, periods that can be closed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import display

from canonical.money import Money
from process_apis.ledger import queries, services
from process_apis.ledger.models import Account, JournalEntry, JournalLine, Period, PeriodState
from retail_platform.kernel.admin import Act, NoDeleteAdmin, NotDone, ReadOnlyAdmin
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, label, link, list_link, number

PERIOD_LABELS: dict[str, str] = {PeriodState.OPEN: "success", PeriodState.CLOSED: "info"}
# Which page shows what an entry was booked for, by the first word of its source event.
SOURCE_PAGES = {"parcel": "orders_parcel", "order": "orders_order"}


def source_link(source_event: str) -> str:
    """A link to what an entry was booked for."""
    kind, _, name = source_event.partition(":")
    return link(SOURCE_PAGES.get(kind, ""), name, source_event)


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """From a journal line back to what caused it."""

    natural_key = "reference"
    list_display = ("reference", "booked_on", "purpose", "amount", "order", "source")
    list_filter = ("purpose", "entity", "booked_on", "lines__account")
    search_fields = ("=reference", "=order_number", "=source_event", "=correlation_id")
    ordering = ("-booked_on", "-created_at")
    fieldsets = (
        (None, {"fields": (
            ("reference", "purpose"), ("booked_on", "entity"), ("amount", "created_at"), ("order", "source"),
            ("reversal_of", "reversal"), "caused_by",
        )}),
    )  # fmt: skip
    readonly_fields = ("amount", "order", "source", "reversal_of", "reversal", "caused_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        of_entry = JournalLine.objects.filter(entry=OuterRef("pk"), amount_minor__gt=0).values("entry")
        debits = Subquery(of_entry.annotate(sum=Sum("amount_minor")).values("sum"))
        return super().get_queryset(request).select_related("reverses", "reversed_by").annotate(debits=debits)

    @display(description="amount")
    def amount(self, entry: Any) -> str:
        return number(Money(minor=int(entry.debits or 0), currency=entry.currency))

    @display(description="order", ordering="order_number")
    def order(self, entry: JournalEntry) -> str:
        return link("orders_order", entry.order_number)

    @display(description="booked for", ordering="source_event")
    def source(self, entry: JournalEntry) -> str:
        return source_link(entry.source_event)

    @display(description="reverses")
    def reversal_of(self, entry: JournalEntry) -> str:
        return link("ledger_journalentry", entry.reverses_id, entry.reverses) if entry.reverses_id else "none"

    @display(description="reversed by")
    def reversal(self, entry: JournalEntry) -> str:
        standing = getattr(entry, "reversed_by", None)
        return link("ledger_journalentry", standing.id, standing) if standing else "none"

    @display(description="caused by")
    def caused_by(self, entry: JournalEntry) -> str:
        return list_link("inbox_inboxmessage", "what came in with the same correlation id", q=entry.correlation_id)

    def tables(self, request: HttpRequest, obj: JournalEntry) -> list[Table]:
        lines = list(obj.lines.select_related("account").order_by("id")[:SHOW_AT_MOST])
        rows = [
            (
                link("ledger_account", line.account_id, line.account),
                *_columns(line.amount_minor, obj.currency),
                line.memo,
            )
            for line in lines
        ]
        debit = sum(line.amount_minor for line in lines if line.amount_minor > 0)
        credit = sum(line.amount_minor for line in lines if line.amount_minor < 0)
        both = (number(Money(minor=debit, currency=obj.currency)), number(Money(minor=-credit, currency=obj.currency)))
        return [Table("Lines", ("account", "debit", "credit", "memo"), [*rows, ("Total", *both, "")], totals=1)]

    def get_urls(self) -> list[URLPattern]:
        balance = path("trial-balance/", self.admin_site.admin_view(self.trial_balance), name="ledger_trial_balance")
        return [balance, *super().get_urls()]

    def trial_balance(self, request: HttpRequest) -> HttpResponse:
        """Every account's balance in every currency, each a link to its entries; each currency must add up to zero."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        balances = queries.trial_balance(entity=settings.LEGAL_ENTITY)
        names = dict(Account.objects.values_list("code", "name"))
        totals: dict[str, list[int]] = {}
        rows: list[tuple[Any, ...]] = []
        for each in balances:
            sides = totals.setdefault(each.balance.currency, [0, 0])
            sides[each.balance.minor < 0] += each.balance.minor
            account = list_link("ledger_journalentry", f"{each.account} {names.get(each.account, '')}".strip(),
                                lines__account__code__exact=each.account)  # fmt: skip
            rows.append((account, each.balance.currency, *_columns(each.balance.minor, each.balance.currency)))
        for currency, (debit, credit) in totals.items():
            both = (number(Money(minor=debit, currency=currency)), number(Money(minor=-credit, currency=currency)))
            rows.append((f"Total {'balances' if debit + credit == 0 else 'DOES NOT BALANCE'}", currency, *both))
        table = Table(settings.LEGAL_ENTITY, ("account", "currency", "debit", "credit"), rows, totals=len(totals))
        context = {**self.admin_site.each_context(request), "title": "Trial balance", "tables": [table]}
        return TemplateResponse(request, "admin/desk/page.html", context)


def _columns(minor: int, currency: str) -> tuple[str, str]:
    """An amount in the debit or the credit column."""
    shown = number(Money(minor=abs(minor), currency=currency))
    return (shown, "") if minor >= 0 else ("", shown)


@admin.register(Account)
class AccountAdmin(NoDeleteAdmin):
    """The chart of accounts, kept by finance: which account stands for which role."""

    list_display = ("code", "name", "role", "active", "entries")
    search_fields = ("code", "name", "role")
    ordering = ("code",)
    fixed_once_made = ("code",)

    @display(description="entries")
    def entries(self, account: Account) -> str:
        return list_link("ledger_journalentry", "entries", lines__account__code__exact=account.code)


def _close(period: Period, *, by: str, reason: str, now: datetime) -> None:
    if not services.close_period(entity=period.entity, day=period.first_day):
        raise NotDone("it is closed already")


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    """Periods open by themselves; a person closes them."""

    acts = (
        Act("close", "Close the period", "Nothing can be booked on its days any more. Entries under way finish first.",
            _close, "ledger.change_period", lambda period: period.state == PeriodState.OPEN, "danger"),
    )  # fmt: skip
    list_display = ("name", "entity", "first_day", "last_day", "state_label", "entries")
    list_filter = ("state", "entity")
    ordering = ("-first_day",)
    fields = (("entity", "state_label"), ("first_day", "last_day"), "entries")
    readonly_fields = ("state_label", "entries")

    @display(description="period", ordering="first_day")
    def name(self, period: Period) -> str:
        return f"{period.first_day:%B %Y}"

    @display(description="state", ordering="state")
    def state_label(self, period: Period) -> str:
        return label(period.state.replace("_", " "), PERIOD_LABELS.get(period.state, ""))

    @display(description="entries")
    def entries(self, period: Period) -> str:
        return list_link("ledger_journalentry", "entries", entity__exact=period.entity,
                         booked_on__gte=period.first_day, booked_on__lte=period.last_day)  # fmt: skip
