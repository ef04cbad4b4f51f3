"""Lots in the admin: what is good until when."""

from django.contrib import admin

from process_apis.stock.models import Lot
from retail_platform.kernel.admin import ReadOnlyAdmin


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    """As the owner of the goods tells it; what is short-dated is for a policy to say."""

    list_display = ("expires_on", "sku", "node", "lot", "units", "source", "updated_at")
    list_filter = ("node",)
    search_fields = ("=sku", "=lot")
    ordering = ("expires_on", "id")
