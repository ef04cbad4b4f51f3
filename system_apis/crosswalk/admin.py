"""The crosswalk in the admin: our identifiers beside theirs. Every change is kept in its history."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from retail_platform.kernel.admin import NoDeleteAdmin
from retail_platform.kernel.admin_pages import BoundedPaginator
from system_apis.crosswalk.models import Link


@admin.register(Link)
class LinkAdmin(NoDeleteAdmin):
    """Added and mended by people who know both systems; a wrong link is corrected, not deleted."""

    list_display = ("connection", "entity", "ours", "theirs")
    list_filter = ("connection", "entity")
    search_fields = ("=ours", "=theirs")
    ordering = ("connection", "entity", "ours")
    fields = ("connection", "entity", ("ours", "theirs"))
    fixed_once_made = ("connection", "entity")
    paginator = BoundedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        return super().get_queryset(request).select_related("connection").defer("connection__credentials")
