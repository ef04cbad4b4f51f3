"""What a member of staff types at the counter."""

from typing import Any

from django import forms

from process_apis.pickups.models import Pickup, RejectReason


class PickForm(forms.Form):
    """How many of each line lie ready by now; an empty field is left as it is."""

    def __init__(self, *args: Any, pickup: Pickup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in pickup.lines.all():
            self.fields[f"line-{line.line_id}"] = forms.IntegerField(required=False, min_value=0, max_value=line.units)

    def asked(self) -> dict[str, Any]:
        """As the move's body has it."""
        given = {name.removeprefix("line-"): units for name, units in self.cleaned_data.items()}
        lines = [{"line_id": line_id, "units": units} for line_id, units in given.items() if units is not None]
        return {"lines": lines} if lines else {}


class HandOverForm(PickForm):
    """The proof, who takes it, and how much of it."""

    code = forms.CharField(required=False, max_length=12)
    id_checked = forms.BooleanField(required=False)
    collected_by = forms.CharField(required=False, max_length=200)

    def asked(self) -> dict[str, Any]:
        own = {name: self.cleaned_data.pop(name) for name in ("code", "id_checked", "collected_by")}
        return {**own, **super().asked()}


class RejectForm(forms.Form):
    """Why it cannot be handed over."""

    reason = forms.ChoiceField(choices=RejectReason.choices)
    note = forms.CharField(required=False, max_length=500)

    def asked(self) -> dict[str, Any]:
        """As the move's body has it."""
        return dict(self.cleaned_data)
