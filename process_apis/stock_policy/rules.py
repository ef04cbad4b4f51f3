"""Which policy is in force for a sku, node and channel: the most specific. Pure once the rows are there."""

from collections.abc import Iterable
from typing import NamedTuple

from process_apis.stock_policy.models import PolicyKind

DEFAULTS: dict[str, int | None] = {
    PolicyKind.SAFETY: 0, PolicyKind.BUFFER: 0, PolicyKind.STALE_BUFFER: 0, PolicyKind.ELIGIBILITY: 1,
    PolicyKind.SHORT_DATED: 0,
    PolicyKind.ACCURACY_FLOOR: 0, PolicyKind.CONFIDENCE: 100, PolicyKind.SHARE: 100, PolicyKind.THRESHOLD: 0,
    PolicyKind.BACKORDER: None, PolicyKind.BACKORDER_DAYS: 14,
}  # fmt: skip
NODE_KINDS = {
    PolicyKind.SAFETY, PolicyKind.BUFFER, PolicyKind.STALE_BUFFER, PolicyKind.ELIGIBILITY, PolicyKind.ACCURACY_FLOOR,
    PolicyKind.CONFIDENCE, PolicyKind.SHORT_DATED,
}  # fmt: skip
CHANNEL_FREE = {PolicyKind.SAFETY, PolicyKind.CONFIDENCE}  # facts about goods, whoever sells them
Scope = tuple[str, ...]


class Rule(NamedTuple):
    """A policy in force."""

    kind: str
    sku: str
    node: str
    node_kind: str
    channel: str
    value: int


class Rules:
    """The policies in force at one moment. A lookup tries only the shapes of scope there are, the narrowest first."""

    def __init__(self, rows: Iterable[Rule]) -> None:
        self.rows = tuple(rows)
        self._by_kind: dict[str, dict[Scope, int]] = {}
        for row in self.rows:
            scope = (row.sku, row.node, row.node_kind, row.channel)
            self._by_kind.setdefault(row.kind, {})[scope] = row.value
        self._shapes = {
            kind: sorted({tuple(map(bool, scope)) for scope in scopes}, reverse=True)
            for kind, scopes in self._by_kind.items()
        }
        self.channels = {scope[3] for scopes in self._by_kind.values() for scope in scopes} - {""}

    def with_rule(self, rule: Rule) -> "Rules":
        """As it would be if this rule were in force, too; one for the same scope gives way."""
        return Rules([*self.without(rule).rows, rule])

    def without(self, rule: Rule) -> "Rules":
        """As it would be if nothing were said for the scope of this rule."""
        return Rules(row for row in self.rows if row[:-1] != rule[:-1])

    def value(self, kind: str, *, sku: str = "", node: str = "", node_kind: str = "", channel: str = "") -> int | None:
        """The value in force; the default where no policy fits."""
        shapes = self._shapes.get(kind)
        if not shapes:
            return DEFAULTS[kind]
        asked, scopes = (sku, node, node_kind, channel), self._by_kind[kind]
        for shape in shapes:
            found = scopes.get(tuple(part if named else "" for part, named in zip(asked, shape, strict=True)))
            if found is not None:
                return int(found)
        return DEFAULTS[kind]

    def units(self, kind: str, *, sku: str = "", node: str = "", node_kind: str = "", channel: str = "") -> int:
        """Likewise, for the kinds that always have a value."""
        return self.value(kind, sku=sku, node=node, node_kind=node_kind, channel=channel) or 0

    def named(self, kind: str, *, sku: str, channel: str) -> int | None:
        """The value of a policy that names this sku; None where there is none."""
        scopes = self._by_kind.get(kind, {})
        return scopes.get((sku, "", "", channel), scopes.get((sku, "", "", "")))
