"""What a member of staff types when goods come back for others."""

from typing import Any

from django import forms

from experience_apis.store_tools.return_forms import TakeBackForm
from process_apis.catalog.tender_models import SettledBy, TenderKind
from process_apis.return_to_refund.exchanges import Wanted
from process_apis.return_to_refund.swaps import Settled

PLACES = (1, 2, 3)


class ExchangeForm(TakeBackForm):
    """What comes back, as for any return, and what goes for it; an empty article is none."""

    def __init__(self, *args: Any, lines: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, lines=lines, **kwargs)
        for place in PLACES:
            self.fields[f"wanted-{place}"] = forms.CharField(required=False, max_length=64)
            self.fields[f"pieces-{place}"] = forms.IntegerField(required=False, min_value=1, max_value=100)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(f"wanted-{place}") for place in PLACES):
            raise forms.ValidationError("Say what the customer takes instead.")
        return given

    def wanted(self) -> list[Wanted]:
        """What the customer takes, at the price of today."""
        given = self.cleaned_data
        return [
            Wanted(sku, given[f"pieces-{place}"] or 1) for place in PLACES if (sku := given[f"wanted-{place}"].upper())
        ]

    def typed(self) -> list[tuple[str, str]]:
        """All of it once more, for the page that asks whether the customer agrees."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]


class AgreedForm(ExchangeForm):
    """The same, with the sum that the customer agreed to and what the till took."""

    pays = forms.CharField(max_length=40)
    gets = forms.CharField(max_length=40)
    receipt = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_with"] = forms.ChoiceField(choices=till_kinds(), required=False)

    def shown(self) -> tuple[str, str]:
        """What the customer was told to pay, and to get."""
        return self.cleaned_data["pays"], self.cleaned_data["gets"]

    def settled(self) -> Settled:
        """How the difference went."""
        given = self.cleaned_data
        left_over = "" if given["refund"] == "original" else given["refund"]
        return Settled(kind=given["taken_with"], receipt=given["receipt"], paid_out=left_over)


def till_kinds() -> list[tuple[str, str]]:
    """What a till takes money with."""
    rows = TenderKind.objects.filter(settled_by=SettledBy.TILL, active=True).order_by("draw_order", "code")
    return [(kind.code, kind.name) for kind in rows]
