"""Which units of which lines a cancellation means: what a channel sold as what we send, services with their goods."""

from collections import Counter
from collections.abc import Mapping

from process_apis.orders import belonging
from process_apis.orders.cancellation_models import Cancellation
from process_apis.orders.models import Order, OrderLine
from retail_platform.kernel.problem import Unprocessable


class NoSuchLine(Unprocessable):
    """The order has no such line."""

    kind, title = "no-such-line", "The order has no such line"


def wanted(lines: Mapping[str, OrderLine], can: Mapping[str, int], units: Mapping[str, int] | None) -> dict[str, int]:
    """What is asked for, by line_id; without units all that can be had. Raises NoSuchLine."""
    if units is None:
        return {name: count for name, count in can.items() if count > 0}
    if strange := sorted(units.keys() - lines.keys()):
        raise NoSuchLine(
            f"the order has the lines {', '.join(lines)}; name one of these",
            errors=[{"pointer": "/lines", "detail": f"There is no line {name!r}."} for name in strange],
        )
    return dict(units)


def as_sent(lines: Mapping[str, OrderLine], can: Mapping[str, int], asked: Mapping[str, int]) -> dict[str, int]:
    """Units of the lines that a channel sold, by the lines we send: a substitute goes with what it stands for.

    What can still be stopped is taken first, then what has left.
    """
    found: Counter[str] = Counter()
    for sold, count in asked.items():
        mine = [sold, *(name for name, line in lines.items() if line.instead_of == sold)]
        for at_hand in (can, {name: lines[name].shipped for name in mine}):
            for name in mine:
                takes = max(0, min(count, at_hand[name]))
                found[name] += takes
                count -= takes
        found[sold] += count  # cancelled already
    return {name: count for name, count in found.items() if count}


def with_services(lines: Mapping[str, OrderLine], can: Mapping[str, int], asked: Mapping[str, int]) -> dict[str, int]:
    """Gift wrap and fees go with the goods they belong to: nothing else would ever bill them."""
    gone = {name: min(count, can[name]) for name, count in asked.items()}
    too = belonging.to_cancel([belonging.Line.of(line, as_asked=True) for line in lines.values()], gone)
    return {**asked, **{name: max(count, asked.get(name, 0)) for name, count in too.items()}}


def only_with_goods(asked: Cancellation, order: Order, granted: Mapping[str, int]) -> dict[str, int]:
    """What is granted, without services that were asked for along with goods that now are sent after all."""
    lines = {line.line_id: belonging.Line.of(line) for line in order.lines.all()}
    goods = {each.line.line_id: each.units for each in asked.lines.select_related("line") if not each.line.is_service}
    gone = {name: granted.get(name, 0) for name in goods}
    if gone == goods:
        return dict(granted)
    sold = {lines[name].sold_as for name in goods}
    may = belonging.to_cancel(list(lines.values()), gone)
    return {
        name: min(count, may.get(name, 0)) if _along(lines[name], sold) else count for name, count in granted.items()
    }  # fmt: skip


def _along(line: belonging.Line, sold: set[str]) -> bool:
    return line.is_service and bool(sold) and (not line.belongs_to or line.belongs_to in sold)
