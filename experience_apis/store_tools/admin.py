"""Who works where, for administrators."""

from typing import Any

from django import forms
from django.contrib import admin
from unfold.admin import ModelAdmin

from experience_apis.store_tools.models import StoreStaff
from process_apis.catalog.models import Node


class StoreStaffForm(forms.ModelForm):
    """Stores are chosen from those there are."""

    stores = forms.MultipleChoiceField(required=False)

    class Meta:
        model = StoreStaff
        fields = ("user", "stores")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Node.objects.filter(offers_pickup=True).order_by("code").values_list("code", "name")
        self.fields["stores"].choices = [(code, f"{code} {name}") for code, name in there]  # type: ignore[attr-defined]


@admin.register(StoreStaff)
class StoreStaffAdmin(ModelAdmin):
    """Bind a person to the stores whose counter they serve."""

    form = StoreStaffForm
    list_display = ("user", "stores")
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
