"""What a policy changes of the figures that channels see, as a table."""

from datetime import UTC, datetime

from process_apis.stock_policy.preview import Preview
from retail_platform.kernel.admin_pages import Table, link, number


def table_of(seen: Preview, *, title: str, after: str) -> Table:
    """Each figure as it is and as it would be; `after` heads the second."""
    rows = [
        (link("catalog_product", each.sku), each.channel, number(each.before), number(each.after),
         number(f"{each.after - each.before:+d}") if each.after != each.before else "")
        for each in seen.changes
    ]  # fmt: skip
    note = f"{seen.different} figures of {seen.skus} skus would be different, by the goods of {_today()}."
    if seen.more:
        note += f" {seen.more} more skus may be touched and are not shown."
    return Table(title, ("sku", "channel", "now", after, "difference"), rows, note=note)


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
