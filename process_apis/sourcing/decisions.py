"""Which node sends what, and why not another. Pure: what is wanted, free and ruled in; parts and reasons out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from process_apis.sourcing.rules import DEFAULT, Place, Weighted, points_of

Demand = tuple[str, str, int]  # line_id, sku, units
Part = tuple[str, str, str, int]  # line_id, sku, node, units
Free = Mapping[str, Mapping[str, int]]  # sku → node → units
MOST_NODES = 24  # the best ones, tried in every combination of up to three
MOST_TOLD = 10  # combinations an explanation names
_TIER = 40  # bits that the points of one order have in a score


@dataclass(frozen=True, slots=True)
class Candidate:
    """Nodes that were considered, their points rule by rule, and why they were not chosen; "" if they were."""

    nodes: tuple[str, ...]
    points: dict[str, int]
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The parts, None if it is not there; the best candidates, the chosen one first; how many could send all of it."""

    parts: list[Part] | None
    candidates: list[Candidate]
    could: int


@dataclass(frozen=True, slots=True)
class _Node:
    code: str
    points: dict[str, int]
    score: int
    there: dict[str, int]


def source(
    demand: Sequence[Demand], *, free: Free, places: Sequence[Place], rules: Sequence[Weighted] = DEFAULT
) -> Decision:
    """Choose among all combinations of up to three nodes that can send everything and of which none can be spared.

    The fewest points win, then the better ranked nodes. A node that is part of the answer gives all it has before the
    next one is asked. Where three do not suffice, nodes are asked in the order of their points.
    """
    wanted = _wanted(demand)
    ranked = sorted(places, key=lambda place: (place.rank, place.code))
    useful = sorted(_judged(ranked, wanted=wanted, free=free, rules=rules), key=lambda node: node.score)
    found = list(_enough(useful[:MOST_NODES], wanted=wanted))
    best = nsmallest(MOST_TOLD, found, key=lambda picked: (sum([useful[at].score for at in picked]), picked))
    chosen = [useful[at] for at in best[0]] if best else _as_few(demand, useful)
    parts = _fill(demand, chosen)
    others = [_candidate([useful[at] for at in picked]) for picked in best[1:]]
    told = [_candidate(chosen)] if parts else []
    told += [_lost(each, against=told[0], rules=rules) for each in others]
    for node in useful[: MOST_TOLD - len(told)]:
        if lacks := _lacks(node, wanted):
            told.append(Candidate((node.code,), node.points, lacks))
    return Decision(parts=parts, candidates=told, could=len(found))


def exploded(demand: Sequence[Demand], *, bundles: Mapping[str, Mapping[str, int]]) -> list[Demand]:
    """The same demand with each bundle as its parts, under the line of the bundle."""
    return [
        (line_id, part, units * each)
        for line_id, sku, units in demand
        for part, each in (bundles.get(sku) or {sku: 1}).items()
    ]


def short_of(demand: Sequence[Demand], *, free: Free) -> list[str]:
    """Which skus all nodes together have too few of, in words; nothing where only the spread is in the way."""
    wanted = _wanted(demand)
    there = {sku: sum(free.get(sku, {}).values()) for sku in wanted}
    return [f"{units} of {sku} wanted, {there[sku]} free" for sku, units in wanted.items() if there[sku] < units]


def _wanted(demand: Sequence[Demand]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for _, sku, units in demand:
        if units > 0:
            wanted[sku] = wanted.get(sku, 0) + units
    return wanted


def _judged(
    places: Sequence[Place], *, wanted: Mapping[str, int], free: Free, rules: Sequence[Weighted]
) -> Iterator[_Node]:
    """The nodes that have any of it, each with its points: those of a lower order count before all of the next."""
    orders = sorted({each.order for each in rules})
    for place in places:
        there = {sku: units for sku in wanted if (units := free.get(sku, {}).get(place.code, 0)) > 0}
        if there:
            points = {each.rule: points_of(place, rule=each.rule, wanted=wanted, there=there) for each in rules}
            score = 0
            for order in orders:
                tier = sum(points[each.rule] * each.weight for each in rules if each.order == order)
                score = (score << _TIER) + tier
            yield _Node(place.code, points, score, there)


def _enough(nodes: Sequence[_Node], *, wanted: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    """The places in the list of one, two or three nodes that have everything together and none to spare.

    What a node has is packed into one number, a field for each sku with a bit to spare: adding two such numbers adds
    all fields at once, and the spare bit of a field is set when its sum reaches what is wanted. That makes two
    thousand combinations a matter of a fraction of a millisecond, however many lines there are.
    """
    width = (3 * max(wanted.values(), default=0)).bit_length() + 1
    full = sum(1 << (width * at + width - 1) for at in range(len(wanted)))
    offset = full - sum(units << (width * at) for at, units in enumerate(wanted.values()))
    packed = [
        sum(min(node.there.get(sku, 0), units) << (width * at) for at, (sku, units) in enumerate(wanted.items()))
        for node in nodes
    ]
    alone = [at for at, has in enumerate(packed) if (has + offset) & full == full]
    yield from ((at,) for at in alone)
    rest = sorted(set(range(len(nodes))) - set(alone))
    partners = dict.fromkeys(rest, 0)
    for position, a in enumerate(rest):
        for b in rest[position + 1 :]:
            if (packed[a] + packed[b] + offset) & full == full:
                partners[a] |= 1 << b
                partners[b] |= 1 << a
                yield a, b
    for position, a in enumerate(rest):
        for second, b in enumerate(rest[position + 1 :], start=position + 2):
            spared = partners[a] | partners[b]
            if spared >> b & 1:
                continue
            both = packed[a] + packed[b] + offset
            for c in rest[second:]:
                if (both + packed[c]) & full == full and not spared >> c & 1:
                    yield a, b, c


def _as_few(demand: Sequence[Demand], useful: Sequence[_Node]) -> list[_Node]:
    """More than three nodes: all that give something when asked in order, less those that can be spared."""
    parts = _fill(demand, useful) or []
    giving = {node for _, _, node, _ in parts}
    chosen = [node for node in useful if node.code in giving]
    for node in reversed(chosen[-MOST_NODES:]):
        others = [each for each in chosen if each is not node]
        if _fill(demand, others) is not None:
            chosen = others
    return chosen


def _fill(demand: Sequence[Demand], nodes: Sequence[_Node]) -> list[Part] | None:
    left = {node.code: dict(node.there) for node in nodes}
    parts: list[Part] = []
    for line_id, sku, units in demand:
        for node, has in left.items():
            taken = min(units, has.get(sku, 0))
            if taken > 0:
                parts.append((line_id, sku, node, taken))
                has[sku] -= taken
                units -= taken
        if units > 0:
            return None
    return parts


def _candidate(nodes: Sequence[_Node]) -> Candidate:
    points = {rule: sum(node.points[rule] for node in nodes) for rule in (nodes[0].points if nodes else ())}
    return Candidate(tuple(node.code for node in nodes), points)


def _lost(candidate: Candidate, *, against: Candidate, rules: Sequence[Weighted]) -> Candidate:
    """The first rules that decided against it."""
    for order in sorted({each.order for each in rules}):
        tier = [each for each in rules if each.order == order]
        mine, best = (sum(of.points[each.rule] * each.weight for each in tier) for of in (candidate, against))
        if mine > best:
            what = " + ".join(each.rule for each in tier)
            return Candidate(candidate.nodes, candidate.points, f"{what}: {mine} points against {best}")
    return Candidate(candidate.nodes, candidate.points, "as good, and its nodes come later by rank or code")


def _lacks(node: _Node, wanted: Mapping[str, int]) -> str:
    lacking = [f"{units - node.there.get(sku, 0)} of {sku}" for sku, units in wanted.items()
               if node.there.get(sku, 0) < units]  # fmt: skip
    return f"has not everything: lacks {', '.join(lacking[:5])}" if lacking else ""
