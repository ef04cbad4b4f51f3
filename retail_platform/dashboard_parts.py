"""What the dashboard is made of: a card with one figure, a panel, the data and options of a bar chart."""

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

_GREY = {"color": "#9ca3af"}


def card(title: str, figure: object, foot: str, model: str, *, alarm: str = "", **filters: str) -> dict[str, Any]:
    """One figure that leads to the list behind it. `model` is as in "orders_order"; `filters` narrow the list."""
    href = reverse(f"admin:{model}_changelist") + (f"?{urlencode(filters)}" if filters else "")
    return {"title": title, "figure": figure, "foot": foot, "href": href, "alarm": alarm}


def panel(
    title: str, note: str, chart: Any, *, empty: bool, table: Any = None, wide: bool = False, tall: bool = False
) -> dict[str, Any]:
    """A chart or a table under a heading, and a line that says what it counts."""
    return {
        "title": title, "note": note, "chart": chart, "table": table, "empty": empty, "wide": wide, "tall": tall,
    }  # fmt: skip


def chart(
    labels: Sequence[str],
    series: Sequence[tuple[str, Any, Any]],
    *,
    stacked: bool = False,
    whole: bool = True,
    sideways: bool = False,
) -> dict[str, str]:
    """Data and options of a bar chart, as unfold's chart component takes them. Sideways is for many or long labels."""
    data = {
        "labels": list(labels),
        "datasets": [{"label": name, "data": values, "backgroundColor": colour} for name, values, colour in series],
    }
    counts = {**_GREY, "maxTicksLimit": 6, "precision": 0}
    names = {
        "stacked": stacked, "ticks": {**_GREY, "maxRotation": 0, "autoSkip": not sideways},
        "grid": {"display": False}, "border": {"display": False},
    }  # fmt: skip
    figures = {
        "stacked": stacked, "beginAtZero": True, "ticks": counts if whole else _GREY,
        "grid": {"tickWidth": 0}, "border": {"display": False},
    }  # fmt: skip
    options = {
        "indexAxis": "y" if sideways else "x",
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "maxBarThickness": 36,
        "datasets": {"bar": {"borderRadius": 3}},
        "plugins": {"legend": {
            "display": len(series) > 1, "align": "end",
            "labels": {**_GREY, "boxWidth": 8, "boxHeight": 8, "usePointStyle": True, "pointStyle": "circle"},
        }},
        "scales": {"x": figures, "y": names} if sideways else {"x": names, "y": figures},
    }  # fmt: skip
    return {"data": json.dumps(data), "options": json.dumps(options)}
