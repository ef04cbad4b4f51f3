"""What we ask of any web shop: read its orders, tell it what became of them, and how many it may sell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from canonical.money import Money
from canonical.order import Order, Risk
from canonical.shipment import Shipment
from system_apis.terms import CallKey, VendorRef, VendorTerms


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a sku a shop may sell. `expected` is what it should show until now; None: whatever it shows."""

    sku: str
    units: int
    expected: int | None = None


class LevelState(StrEnum):
    """What a shop says to one level: it shows that many now; it showed another number than we expected; it does not
    know the sku; we do not know its name for the sku; or it did nothing because of the others, so ask again."""

    SHOWN = "shown"
    STALE = "stale"
    UNKNOWN = "unknown"
    UNLINKED = "unlinked"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class LevelAnswer:
    """A shop's word on one sku. `shown` is the number it shows, where it said one."""

    sku: str
    state: LevelState
    shown: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What a shop's message says became of an order: cancelled as a whole, or so many units that remain of a line."""

    channel_order_id: str
    cancelled: bool
    reason: str
    remains: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RiskReport:
    """What a shop, or an app of its own, has come to think of an order after the shop told us of it.

    Of several that think about one order each has a say. `risk` None: it will not say; `pending`: not yet.
    """

    channel_order_id: str
    risk: Risk | None
    provider: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One order as a feed tells it now. `version` names this state of it: the same once more is no news."""

    channel_order_id: str
    version: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Orders that changed since a cursor, and where to ask on from."""

    items: Sequence[FeedItem]
    cursor: str


class OrderFeed(Protocol):
    """A shop that tells nobody of its orders: it has to be asked."""

    terms: VendorTerms

    def changed_since(self, cursor: str) -> FeedPage:
        """The next page after a cursor, "" for the beginning; empty where nothing changed. Raises SystemFault."""


class CommercePort(Protocol):
    terms: VendorTerms

    def read_order(self, raw: bytes, *, channel: str) -> Order:
        """Read one order as the shop's webhook carries it. Raises ContractBroken with the field and the rule."""

    def read_change(self, raw: bytes) -> OrderChange:
        """Read what the same webhook says of cancellations. Raises ContractBroken."""

    def read_risk(self, raw: bytes) -> RiskReport:
        """Read what a shop's webhook says of the risk of an order. Raises ContractBroken."""

    def tell_shipped(self, channel_order_id: str, shipment: Shipment, *, key: CallKey) -> VendorRef: ...

    def tell_cancelled(
        self, channel_order_id: str, units: Mapping[str, int], *, whole: bool, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units by line_id that will not come, or of the whole order. The shop gives back what it took."""

    def tell_refunded(
        self, channel_order_id: str, units: Mapping[str, int], *, by_shop: Money | None, reason: str, key: CallKey
    ) -> VendorRef:
        """Tell of units by line_id that came back. `by_shop` is what the shop took and is to give back; None: nothing.

        Raises Refused where fewer were sent.
        """

    def stock_place(self) -> str | None:
        """Where in the shop our levels go, by its own name; None: nobody wants us to tell this shop of stock."""

    def tell_stock(self, levels: Sequence[Level], *, key: CallKey) -> list[LevelAnswer]:
        """Set levels, at most `terms.levels_at_once`; an answer for each. Telling the same again changes nothing."""

    def read_stock(self, skus: Sequence[str]) -> list[LevelAnswer]:
        """What the shop shows of each of these skus, at most `terms.levels_at_once`."""
