"""What admin pages are made of: tables of linked rows, labels, payloads. Everything that is not ours is escaped."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.admin.utils import quote
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

COUNT_AT_MOST = 10_000
SHOW_AT_MOST = 200  # rows of one table on a page


@dataclass(frozen=True, slots=True)
class Table:
    """One table under a record. Cells are text, or safe HTML from the functions below.

    The last `totals` rows add the others up and are not counted.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    totals: int = 0

    @property
    def count(self) -> int:
        return len(self.rows) - self.totals


class BoundedPaginator(Paginator):
    """Counts no further than people page: the exact number of millions of rows is worth no wait."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[:COUNT_AT_MOST].count()
        return len(rows)


def link(model: str, key: object, text: object = "") -> str:
    """A link to the page of one record: `link("orders_order", "W-1001")`. Plain text when there is no such page.

    Pages are named, not imported: a record may point to one that lives in a higher layer or in another book.
    """
    if not key:
        return ""
    try:
        address = reverse(f"admin:{model}_change", args=[quote(str(key))])
    except NoReverseMatch:
        return str(text or key)
    return format_html('<a class="desk-link" href="{}">{}</a>', address, text or key)


def list_link(model: str, text: object, **filters: str | int | date) -> str:
    """A link to the list of a model, filtered."""
    try:
        address = reverse(f"admin:{model}_changelist")
    except NoReverseMatch:
        return str(text)
    return format_html(
        '<a class="desk-link" href="{}?{}">{}</a>',
        address,
        urlencode({name: str(value) for name, value in filters.items()}),
        text,
    )


def label(text: object, variant: str = "") -> SafeString:
    """A coloured word: success, info, warning, danger, primary, or plain."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": variant})


def code(text: object) -> str:
    """An identifier, in letters of one width."""
    return format_html('<code class="desk-code">{}</code>', text) if text else ""


def payload(
    value: bytes | str | Mapping[str, Any] | Sequence[Any], *, at_most: int = 200_000, wide: bool = False
) -> str:
    """What a machine said, indented if it is JSON, always escaped, cut if it is very long."""
    if isinstance(value, bytes | str):
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        with suppress(ValueError, RecursionError):  # shown as it came
            text = _indented(text) if len(text) <= at_most else text
    else:
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    cut = f"\n… {len(text) - at_most} more characters" if len(text) > at_most else ""
    return format_html('<pre class="desk-payload{}">{}</pre>', " wide" if wide else "", text[:at_most] + cut)


def folded(value: Any) -> str:
    """A payload behind its first words, for tables of many rows; a plain value stays as it is."""
    if not isinstance(value, dict | list):
        return code(value)
    if not value:
        return ""
    first = json.dumps(value, ensure_ascii=False, default=str)[1:-1]
    short = first if len(first) <= 60 else f"{first[:59]}…"
    return format_html("<details><summary><code>{}</code></summary>{}</details>", short, payload(value))


def _indented(text: str) -> str:
    """JSON on many lines, its numbers written as they came: 12.10 stays 12.10."""
    marked = json.loads(text, parse_float=lambda digits: f"\ue000{digits}\ue000")
    return re.sub('"\ue000([^"\ue000]+)\ue000"', r"\1", json.dumps(marked, indent=2, ensure_ascii=False))


def number(value: object) -> str:
    """A figure, aligned to the right with digits of one width."""
    return format_html('<span class="desk-number">{}</span>', value)


def moment(at: datetime | None) -> str:
    """An instant in UTC, to the millisecond; the reader compares them with other systems' logs."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return format_html('<span class="desk-whole">{}</span>', f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03d}")


def duration(span: timedelta | float | None) -> str:
    """A length of time as people say it: 48 ms, 3.2 s, 4 min, 2 h, 3 d."""
    if span is None:
        return ""
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for unit, size, most in (("s", 1, 100), ("min", 60, 100), ("h", 3600, 48)):
        if seconds / size < most:
            return f"{seconds / size:.1f} {unit}" if unit == "s" else f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def bar(*, start: float, length: float, variant: str = "") -> str:
    """A bar on a time line; both numbers are shares of the whole, from 0 to 1."""
    left, width = max(0.0, min(start, 0.99)), max(0.01, min(length, 1.0 - start))
    return format_html(
        '<div class="desk-track"><div class="desk-bar {}" style="margin-left:{}%;width:{}%"></div></div>',
        variant, f"{left * 100:.1f}", f"{width * 100:.1f}",
    )  # fmt: skip
