"""Gift cards, store credit and points in the admin: found by the end of their number, never changed by hand."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from canonical.money import Money
from process_apis.stored_value.models import ValueAccount
from retail_platform.kernel.admin import ReadOnlyAdmin
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, Table, label, moment, number


@admin.register(ValueAccount)
class ValueAccountAdmin(ReadOnlyAdmin):
    """One card or account: what is on it, what is held for whom, and every movement."""

    list_display = ("masked_number", "kind", "balance", "held", "state", "expires_on", "customer_reference")
    list_filter = ("kind", "active", "currency")
    search_fields = ("=last4", "=customer_reference")
    search_help_text = "The last four digits, or the customer's reference"
    ordering = ("-opened_at",)
    fields = (
        ("masked_number", "kind"),
        ("balance", "held"),
        ("state", "expires_on"),
        "customer_reference",
        "opened_at",
    )
    readonly_fields = ("masked_number", "balance", "held", "state")

    @display(description="number")
    def masked_number(self, account: ValueAccount) -> str:
        return account.masked

    @display(description="balance", ordering="balance_minor")
    def balance(self, account: ValueAccount) -> str:
        return number(Money(minor=account.balance_minor, currency=account.currency))

    @display(description="held", ordering="held_minor")
    def held(self, account: ValueAccount) -> str:
        return number(Money(minor=account.held_minor, currency=account.currency))

    @display(description="state", ordering="active")
    def state(self, account: ValueAccount) -> str:
        return label("active", "success") if account.active else label("switched off", "danger")

    def tables(self, request: HttpRequest, obj: ValueAccount) -> list[Table]:
        def money(minor: int) -> str:
            return number(Money(minor=minor, currency=obj.currency))

        holds = [
            (
                moment(each.held_at),
                each.key,
                money(each.amount_minor),
                money(each.taken_minor),
                money(each.released_minor),
            )
            for each in obj.holds.order_by("-held_at")[:SHOW_AT_MOST]
        ]
        movements = [
            (moment(each.at), each.reason, money(each.amount_minor), each.reference)
            for each in obj.movements.order_by("-id")[:SHOW_AT_MOST]
        ]
        return [
            Table("Movements", ("at (UTC)", "why", "amount", "for"), movements),
            Table("Held", ("at (UTC)", "for", "amount", "taken", "let go"), holds),
        ]
