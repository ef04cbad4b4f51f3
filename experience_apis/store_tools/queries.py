"""What can be collected where, now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from experience_apis.store_tools.counters import Counter, counter
from process_apis.catalog import queries as catalog
from process_apis.catalog.models import Node, ProductKind
from process_apis.stock import queries as stock
from process_apis.stock_policy import services as stock_policy
from retail_platform.kernel.problem import NotFound, Unprocessable

FAR_M = 10**9  # farther than anything: a store of which we know no place
NEARBY_MOST = 10
NO_STORE = "There is no store of this code for you; see your own list of stores."
_LATE = datetime.max.replace(tzinfo=UTC)


class UnknownSku(Unprocessable):
    """Something asked for is not in the catalog. `errors` names each."""

    kind, title = "unknown-sku", "This sku is not known"


@dataclass(frozen=True, slots=True)
class Option:
    """A counter with what it has of each sku asked for."""

    counter: Counter
    units: Mapping[str, int]

    @property
    def has_all(self) -> bool:
        return all(self.units.values())

    def shown(self) -> dict[str, Any]:
        """As `StoreOptionOut` says."""
        told = {field.name: getattr(self.counter, field.name) for field in fields(self.counter)}
        items = [{"sku": sku, "available": units} for sku, units in self.units.items()]
        today = [{"opens": opens, "closes": closes} for opens, closes in self.counter.opening_hours_today]
        return {**told, "opening_hours_today": today, "has_all": self.has_all, "items": items}


def store(code: str, *, skus: Sequence[str], now: datetime) -> tuple[Option, list[Option]]:
    """What one store has, and the stores nearby that have any of it. Raises NotFound and UnknownSku."""
    counters = _counters()
    if code not in counters:
        raise NotFound(NO_STORE)
    units = units_at(skus, nodes=counters)
    here = counters[code]
    options = [_option(node, units, now=now, near=here.point) for node in counters.values()]
    mine = next(option for option in options if option.counter.node == code)
    others = [option for option in options if option is not mine and any(option.units.values())]
    return mine, _sorted(others)[:NEARBY_MOST]


def pickup_options(
    skus: Sequence[str],
    *,
    channel: str,
    near: tuple[float, float] | None,
    now: datetime,
    limit: int,
    stores: Collection[str] = (),
) -> list[Option]:
    """The stores to collect these skus at, the best first; `stores` are those the caller is limited to, none: all.

    A store that has nothing of it is left out. What one has is what the channel may sell of it; of a store that hands
    nothing over for now it is what was there when we last heard. Raises UnknownSku.
    """
    counters = {code: node for code, node in _counters().items() if not stores or code in stores}
    units = units_at(skus, nodes=counters)
    offers = stock_policy.to_sell(dict.fromkeys(skus), channel=channel, now=now)
    found = []
    for node in counters.values():
        option = _option(node, units, now=now, near=near)
        if option.counter.ready_from:
            option = replace(option, units={sku: offers[sku].units_at(node.code) for sku in option.units})
        found.append(option)
    return _sorted([option for option in found if any(option.units.values())])[:limit]


def _counters() -> dict[str, Node]:
    return {code: node for code, node in catalog.nodes().items() if node.offers_pickup and node.ours}


def units_at(skus: Sequence[str], *, nodes: Collection[str]) -> dict[str, dict[str, int]]:
    """Node → sku → units to be had there, each sku in the order asked for; of a bundle as many as its parts make.

    Gift wrap and fees are left out: they lie nowhere, and no counter lacks them. Raises UnknownSku.
    """
    wanted = list(dict.fromkeys(skus))
    known = catalog.products(wanted)
    if unknown := [sku for sku in wanted if sku not in known]:
        raise UnknownSku(
            f"{len(unknown)} of the skus asked for are not sold; ask without them.",
            errors=[{"parameter": "sku", "detail": f"There is no product {sku}."} for sku in unknown],
        )
    wanted = [sku for sku in wanted if known[sku].kind == ProductKind.GOODS]
    bundles = catalog.bundles(wanted)
    free = stock.free({*wanted, *(part for parts in bundles.values() for part in parts)})

    def there(sku: str, node: str) -> int:
        if sku in bundles:
            return min(free.get(part, {}).get(node, 0) // units for part, units in bundles[sku].items())
        return free.get(sku, {}).get(node, 0)

    return {node: {sku: there(sku, node) for sku in wanted} for node in nodes}


def _option(
    node: Node, units: Mapping[str, Mapping[str, int]], *, now: datetime, near: tuple[float, float] | None
) -> Option:
    silence = timedelta(minutes=settings.STORE_SILENCE_MIN)
    return Option(counter(node, now=now, silence=silence, near=near), units[node.code])


def _sorted(options: list[Option]) -> list[Option]:
    def best_first(option: Option) -> tuple[Any, ...]:
        at = option.counter
        far = FAR_M if at.distance_m is None else at.distance_m
        return (at.ready_from is None, not option.has_all, far, at.ready_from or _LATE, at.node)

    return sorted(options, key=best_first)
