"""The entries of a sale in the ledger, leg by leg: by the role of the account."""

from collections.abc import Mapping, Sequence

CLAIM = "AR"  # the account of what customers owe us


def sale_legs(
    *,
    net: int | Mapping[str, int],
    discount: int,
    shipping: int,
    tax: int,
    from_deposit: int,
    taken: Sequence[tuple[str, int]],
) -> list[tuple[str, int]]:
    """The entry of one parcel (workflows, section 1): revenue against the deposit, or the claim and its settlement.

    `net` is goods revenue, or revenue by the role of its account. `taken` are (role of the tender's clearing account,
    amount). What has the role of the claim itself stays claimed: the customer pays it later.
    """
    by_role = _by_role(taken)
    earned = net if isinstance(net, Mapping) else {"REV": net}
    legs = [
        ("DEP", from_deposit),
        (CLAIM, sum(by_role.values())),
        ("DISC", discount),
        *((role, -minor) for role, minor in earned.items()),
        ("SHIPREV", -shipping),
        ("TAX", -tax),
    ]
    for role, minor in by_role.items():
        if role != CLAIM:
            legs += [(role, minor), (CLAIM, -minor)]
    return legs


def cost_legs(*, cost: int, from_our_stock: bool = True) -> list[tuple[str, int]]:
    """Goods that left at what they cost us; those of a drop-shipper were never ours and are to be paid to it."""
    return [("COGS", cost), ("INV" if from_our_stock else "GRNI", -cost)]


def deposit_legs(*, taken: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Money taken before the goods leave is owed to the customer until they do. `taken` as in sale_legs."""
    by_role = _by_role(taken)
    return [*by_role.items(), ("DEP", -sum(by_role.values()))]


def _by_role(amounts: Sequence[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for role, minor in amounts:
        found[role] = found.get(role, 0) + minor
    return found
