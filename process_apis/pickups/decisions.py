"""The rules of a pickup: which move leads where, and what a partial collection may be. Pure."""

from collections.abc import Mapping

# What may be done in which state, and where it leads. Expiry and withdrawal are the platform's own moves.
MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pick": (("reserved", "picking"), "picking"),
    "ready": (("reserved", "picking"), "ready"),
    "arrived": (("ready",), "arrived"),
    "handover": (("ready", "arrived"), "handed_over"),
    "reject": (("reserved", "picking", "ready", "arrived"), "store_rejected"),
    "expire": (("ready", "arrived"), "expired"),
    "withdraw": (("reserved", "picking", "ready", "arrived"), "withdrawn"),
}
BY_STAFF = ("pick", "ready", "arrived", "handover", "reject")
OPEN = ("reserved", "picking", "ready", "arrived")


def allowed(state: str) -> list[str]:
    """What staff may do next with a pickup in this state."""
    return [move for move in BY_STAFF if state in MOVES[move][0]]


def wrong_quantities(asked: Mapping[str, int], *, most: Mapping[str, int]) -> list[tuple[str, str]]:
    """(line_id, what is wrong with it) for quantities by line that a pickup does not have."""
    found = []
    for line_id, units in asked.items():
        if line_id not in most:
            found.append((line_id, "This pickup has no such line."))
        elif units > most[line_id]:
            found.append((line_id, f"There are {most[line_id]} of it here."))
    return found


def elsewhere(
    demand: Mapping[tuple[str, str], int], *, free: Mapping[str, Mapping[str, int]], nodes: list[str]
) -> dict[str, str] | None:
    """Which of the nodes, best first, has each line: line → node, or None. One node for all goes before several.

    `demand` is (line_id, sku) → units; a line is never split, since its promise moves as a whole.
    """
    for node in nodes:
        if _fits(demand, free=free, node=node):
            return {line_id: node for line_id, _ in demand}
    found: dict[str, str] = {}
    left = {sku: dict(there) for sku, there in free.items()}
    for line in dict.fromkeys(line_id for line_id, _ in demand):
        part = {key: units for key, units in demand.items() if key[0] == line}
        having = next((node for node in nodes if _fits(part, free=left, node=node)), None)
        if having is None:
            return None
        found[line] = having
        for (_, sku), units in part.items():
            left[sku][having] -= units
    return found


def _fits(demand: Mapping[tuple[str, str], int], *, free: Mapping[str, Mapping[str, int]], node: str) -> bool:
    wanted: dict[str, int] = {}
    for (_, sku), units in demand.items():
        wanted[sku] = wanted.get(sku, 0) + units
    return all(free.get(sku, {}).get(node, 0) >= units for sku, units in wanted.items())
