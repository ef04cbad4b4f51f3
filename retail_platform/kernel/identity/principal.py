"""Who is calling, whichever way they proved it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Principal:
    """One client with what it may do. Empty `stores` or `channels` mean no limit there.

    Every query of a view starts from these limits: what lies outside them answers 404, the same as what is not there.
    """

    client: str
    scopes: frozenset[str]
    stores: frozenset[str] = field(default_factory=frozenset)
    channels: frozenset[str] = field(default_factory=frozenset)
    per_minute: int | None = None
    is_authenticated: bool = True
    is_active: bool = True

    def may(self, scope: str) -> bool:
        """Whether the client was granted `scope`."""
        return scope in self.scopes

    def sees_store(self, node: str) -> bool:
        """Whether the store is within the client's limits."""
        return not self.stores or node in self.stores

    def sees_channel(self, channel: str) -> bool:
        """Whether the channel is within the client's limits."""
        return not self.channels or channel in self.channels
