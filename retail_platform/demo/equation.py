"""One line of the statement: two ways to count the same thing, which must agree."""

from collections.abc import Iterable
from typing import NamedTuple


class Equation(NamedTuple):
    """What was counted, both ways, and their difference: "0" when it ties out. Text, so that money keeps its form."""

    name: str
    left: str
    right: str
    difference: str

    @property
    def ties_out(self) -> bool:
        return self.difference == "0"


def table(equations: Iterable[Equation]) -> list[str]:
    """The statement for a person, a line each."""
    rows = list(equations)
    width = max((len(row.name) for row in rows), default=0)
    return [
        f"  {'✓' if row.ties_out else '✗'} {row.name:<{width}}  {row.left:>16} = {row.right:<16}"
        + ("" if row.ties_out else f"  difference {row.difference}")
        for row in rows
    ]
