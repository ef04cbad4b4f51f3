"""People and their groups in the admin. What each group may do is written down in staff.py."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from retail_platform.kernel.admin import ReadOnlyAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PeopleAdmin(UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_superuser", "last_login")


@admin.register(Group)
class RolesAdmin(GroupAdmin, ModelAdmin):
    pass


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What people did in the admin, with the reason they gave."""

    list_display = ("action_time", "user", "content_type", "object_repr", "said")
    list_filter = ("action_time", "content_type")
    search_fields = ("=user__username", "=object_repr", "change_message")
    ordering = ("-action_time",)
    fields = (("action_time", "user"), ("content_type", "object_id"), "object_repr", "said")
    readonly_fields = ("said",)
    list_select_related = ("user", "content_type")

    @display(description="what, and why")
    def said(self, entry: LogEntry) -> str:
        return str(entry.get_change_message())
