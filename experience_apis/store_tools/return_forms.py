"""What a member of staff types when goods come back."""

from typing import Any

from django import forms

from experience_apis.store_tools.receipts import BY
from process_apis.returns.models import Disposition, Suspicion

CONDITIONS = [("new", "as new"), ("opened", "opened"), ("worn", "worn"), ("damaged", "damaged")]
_SUSPECT = "suspect:"
SEEN = [
    ("", "somebody else looks at it"),
    (Disposition.RESTOCK, "back on the shelf"),
    (Disposition.REFURBISH, "to be mended"),
    (Disposition.QUARANTINE, "set aside: something is wrong"),
    (Disposition.DESTROY, "destroy"),
    *((f"{_SUSPECT}{why.value}", f"not paid for: {why.label}") for why in Suspicion),
]
BY_WORDS = {"order": "Order", "invoice": "Invoice", "card": "Card", "loyalty": "Loyalty number", "email": "E-mail",
            "return": "Return"}  # fmt: skip


class LookupForm(forms.Form):
    """By what, and what."""

    by = forms.ChoiceField(choices=[(name, BY_WORDS[name]) for name in BY])
    value = forms.CharField(max_length=255)


class TakeBackForm(forms.Form):
    """How many of each line, in which condition, and what becomes of them; an empty number is none."""

    key = forms.UUIDField()
    order_number = forms.CharField(max_length=64)
    refund = forms.ChoiceField(choices=[("original", ""), ("store_credit", ""), ("cash", "")])

    def __init__(self, *args: Any, lines: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            name = line["line_id"]
            self.fields[f"units-{name}"] = forms.IntegerField(required=False, min_value=0, max_value=10_000)
            self.fields[f"condition-{name}"] = forms.ChoiceField(choices=CONDITIONS)
            self.fields[f"disposition-{name}"] = forms.ChoiceField(choices=SEEN, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(f"units-{line['line_id']}") for line in self.lines):
            raise forms.ValidationError("Say how many came back.")
        return given

    def handed(self) -> list[dict[str, Any]]:
        """As the operation's body has them."""
        given = self.cleaned_data
        return [
            {
                "line_id": line["line_id"], "sku": line["sku"], "units": units,
                "condition": given[f"condition-{line['line_id']}"],
                **_seen(given[f"disposition-{line['line_id']}"]),
            }
            for line in self.lines
            if (units := given.get(f"units-{line['line_id']}"))
        ]  # fmt: skip


class NoReceiptForm(forms.Form):
    """One thing without a receipt, and the document that was shown."""

    key = forms.UUIDField()
    sku = forms.CharField(max_length=64)
    units = forms.IntegerField(min_value=1, max_value=100)
    document = forms.CharField(max_length=64)
    condition = forms.ChoiceField(choices=CONDITIONS)
    disposition = forms.ChoiceField(choices=SEEN, required=False)

    def handed(self) -> list[dict[str, Any]]:
        """As the operation's body has them."""
        given = self.cleaned_data
        return [{**{name: given[name] for name in ("sku", "units", "condition")}, **_seen(given["disposition"])}]


def _seen(choice: str) -> dict[str, str]:
    """What staff chose, as a disposition or a suspicion."""
    if choice.startswith(_SUSPECT):
        return {"disposition": "", "suspect": choice.removeprefix(_SUSPECT)}
    return {"disposition": choice}
