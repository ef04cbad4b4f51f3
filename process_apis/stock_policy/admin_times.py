"""Where a policy is in its time: in force now, to begin later, or over."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from process_apis.stock_policy.models import StockPolicy
from retail_platform.kernel import clock


class InForceFilter(admin.SimpleListFilter):
    """Where a policy is in its time."""

    title, parameter_name = "time", "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "in force now"), ("later", "begins later"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = clock.now()
        match self.value():
            case "now":
                lasting = Q(effective_until__isnull=True) | Q(effective_until__gt=now)
                return queryset.filter(lasting, effective_from__lte=now)
            case "later":
                return queryset.filter(effective_from__gt=now)
            case "over":
                return queryset.filter(effective_until__lte=now)
        return queryset


def time_of(policy: StockPolicy, now: datetime) -> str:
    """In a word, for people."""
    if policy.effective_until is not None and policy.effective_until <= now:
        return "over"
    return "later" if policy.effective_from > now else "in force"
