"""The admin's two bases: windows to look through, and handles that call a service with a name and a reason.

Nothing is edited behind a service's back: a POST to the change or delete page of a ReadOnlyAdmin is a 403 for
everybody, a superuser included (reliability X13). Each act leaves one row in the admin's log, in its own transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from retail_platform.kernel import clock
from retail_platform.kernel.admin_pages import SHOW_AT_MOST, BoundedPaginator, Table
from retail_platform.kernel.problem import DomainError


class NotDone(Exception):
    """An act changed nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person may do to a record. `do(row, by=, reason=, now=)` calls one service; it may raise NotDone.

    An act that asks for more than a reason has a `form` for the record, a ReasonForm with fields of its own; `do` gets
    their values as `asked`. It is done to one record at a time.
    """

    name: str
    title: str
    explains: str
    do: Callable[..., None]
    permission: str
    applies: Callable[[Any], bool] = lambda row: True
    variant: str = "default"
    form: Callable[[Any], type["ReasonForm"]] | None = None


class ReasonForm(forms.Form):
    """Why: kept with the case, the log and the record."""

    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}))


class ReadOnlyAdmin(ModelAdmin):
    """A window: lists and pages, no add, change or delete.

    `natural_key` lets a page be reached by the name people know (an order number), so that links need no look-up.
    """

    natural_key = ""
    acts: tuple[Act, ...] = ()
    actions: Any = None
    paginator = BoundedPaginator
    show_full_result_count = False  # counting millions of rows would stall the page
    list_per_page = 50
    list_filter_sheet = False
    list_fullwidth = True
    change_form_outer_before_template = "admin/desk/acts.html"
    change_form_after_template = "admin/desk/tables.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record by its primary key, else by the name people know it by."""
        found = None if "\x00" in object_id else super().get_object(request, object_id, from_field)
        if found is None and self.natural_key and "\x00" not in object_id:
            found = self.get_queryset(request).filter(**{self.natural_key: object_id}).first()
        return found

    def tables(self, request: HttpRequest, obj: Any) -> list[Table]:
        """What is shown under a record."""
        return []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        if obj is not None:
            context["tables"] = self.tables(request, obj)
            context["acts"] = [
                {"title": act.title, "explains": act.explains, "variant": act.variant,
                 "href": reverse(self._act_name(act), args=[obj.pk])}
                for act in self.acts if act.applies(obj) and request.user.has_perm(act.permission)
            ]  # fmt: skip
        return super().render_change_form(request, context, *args, **kwargs)

    # Acts: the same form asks for the reason whether one record's page or a list's menu began it.

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            act.name: (partial(_from_list, act=act), act.name, act.title)
            for act in self.acts
            if act.form is None and request.user.has_perm(act.permission)
        }

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/act/{act.name}/",
                self.admin_site.admin_view(partial(self.act_on_one, act=act)),
                name=self._act_name(act).removeprefix("admin:"),
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def act_on_one(self, request: HttpRequest, object_id: str, *, act: Act) -> HttpResponse:
        """Ask for a reason, then act on the record of this page."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(f"there is no {self.opts.verbose_name} {object_id}")
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return self.ask_or_act(request, [row], act=act) or redirect(page)

    def ask_or_act(self, request: HttpRequest, rows: list[Any], *, act: Act) -> HttpResponse | None:
        """The page that asks why; None once it is answered and done."""
        if not request.user.has_perm(act.permission):
            raise PermissionDenied
        asks = act.form(rows[0]) if act.form else ReasonForm
        form = asks(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            asked = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
            self._do(
                request, rows, act=act, reason=form.cleaned_data["reason"], more={"asked": asked} if act.form else {}
            )
            return None
        page = ("change", [rows[0].pk]) if "action" not in request.POST else ("changelist", [])
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page[0]}", args=page[1])
        context = {
            **self.admin_site.each_context(request),
            "title": act.title, "act": act, "back": back, "form": form, "rows": rows, "opts": self.opts,
            "hidden": [(name, value) for name in ("action", ACTION_CHECKBOX_NAME)
                       for value in request.POST.getlist(name)],
        }  # fmt: skip
        return TemplateResponse(request, "admin/desk/reason.html", context)

    def _do(self, request: HttpRequest, rows: list[Any], *, act: Act, reason: str, more: dict[str, Any]) -> None:
        done = 0
        for row in rows:
            try:
                with transaction.atomic():
                    act.do(row, by=request.user.get_username(), reason=reason, now=clock.now(), **more)
                    self.log_change(request, row, f"{act.title}: {reason}")
                done += 1
            except (DomainError, NotDone) as refused:
                self.message_user(request, f"{row}: {refused}", messages.ERROR)
        if done:
            self.message_user(request, f"{act.title}: {done} done.", messages.SUCCESS)

    def _act_name(self, act: Act) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{act.name}"


class NoDeleteAdmin(ModelAdmin):
    """Master data: added and changed by those who own it, switched off rather than deleted."""

    actions: Any = None
    list_filter_sheet = False
    list_fullwidth = True
    fixed_once_made: tuple[str, ...] = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(self.fixed_once_made if obj else ()))


def _from_list(admin: ReadOnlyAdmin, request: HttpRequest, rows: QuerySet[Model], *, act: Act) -> HttpResponse | None:
    return admin.ask_or_act(request, list(rows[:SHOW_AT_MOST]), act=act)
