"""What a person says of a policy before it is made."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from canonical.product import NodeKind
from process_apis.catalog.models import Channel, Node
from process_apis.stock_policy.keeping import Draft
from process_apis.stock_policy.models import PolicyKind
from process_apis.stock_policy.rules import Rule

_CHOICE = UnfoldAdminSelectWidget


class PolicyForm(forms.Form):
    """What a person says of a policy; services judge it."""

    kind = forms.ChoiceField(choices=PolicyKind.choices, widget=_CHOICE())
    value = forms.IntegerField(min_value=0, widget=UnfoldAdminIntegerFieldWidget())
    sku = forms.CharField(max_length=64, required=False, widget=UnfoldAdminTextInputWidget(), help_text="empty: all")
    node = forms.ChoiceField(required=False, widget=_CHOICE())
    node_kind = forms.ChoiceField(
        required=False, widget=_CHOICE(), choices=[("", "all"), *((kind.value, kind.value) for kind in NodeKind)]
    )
    channel = forms.ChoiceField(required=False, widget=_CHOICE())
    effective_from = forms.DateTimeField(
        required=False, widget=UnfoldAdminTextInputWidget(), help_text="UTC, like 2026-03-01 06:00; empty: at once"
    )
    effective_until = forms.DateTimeField(
        required=False, widget=UnfoldAdminTextInputWidget(), help_text="UTC, the first moment after it; empty: for good"
    )
    replaces = forms.BooleanField(
        required=False, widget=UnfoldBooleanSwitchWidget(), help_text="ends the one that stands for the same scope"
    )
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("node", Node.objects.order_by("rank", "code")),
            ("channel", Channel.objects.order_by("code")),
        ):
            codes = [(code, code) for code in rows.values_list("code", flat=True)]
            self.fields[name].choices = [("", "all"), *codes]  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """What was said, as services take it."""
        said = self.cleaned_data
        scope = {name: said[name] for name in ("kind", "sku", "node", "node_kind", "channel", "value")}
        return Draft(Rule(**scope), said["effective_from"], said["effective_until"], said["replaces"])

    def complain(self, errors: Iterable[Mapping[str, str]]) -> None:
        """Put what a service said beside the field it is about."""
        for error in errors:
            self.add_error(error["pointer"].removeprefix("/"), error["detail"])
