"""The rules of the journey. Pure: values in, values out, nothing read and nothing called."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from canonical.order import Order, TenderState

ADDRESS = "the delivery address is another"
WHO_IS_IT = "say under Orders, Customers that they are the same person, or correct one of both at the channel"
_ADDRESS_WORDS = {"line1": "street", "city": "town"}
CLAIM = "AR"  # the account of what customers owe us


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing nobody knows yet, and what would help."""

    what: str
    proposal: str


def missing_parts(bundles: Mapping[str, Mapping[str, int]], *, known_skus: Collection[str]) -> list[Missing]:
    """The parts of bundles that nobody knows."""
    return [
        Missing(f"part {part!r} of bundle {bundle!r} is not in the catalog", f"add {part!r} under Catalog, Products")
        for bundle, parts in bundles.items()
        for part in parts
        if part not in known_skus
    ]


def missing_accounts(roles: Collection[str]) -> list[Missing]:
    """Accounts that products earn for and the chart does not have: nothing is booked to an account we invent."""
    return [
        Missing(
            f"no active account has the role {role!r}", f"name an account of the role {role!r} under Ledger, Accounts"
        )
        for role in sorted(roles)
    ]


def missing_from(
    order: Order,
    *,
    units: Mapping[str, str],
    channel_currency: str,
    sells_to: bool,
    known_tenders: Collection[str],
) -> list[Missing]:
    """Everything that keeps an order from being accepted, all at once, so that nobody mends it piece by piece.

    `units` is what each known sku is counted in.
    """
    found = [
        Missing(
            f"line {line.line_id}: sku {line.sku!r} is not in the catalog",
            f"add {line.sku!r} under Catalog, Products",
        )
        for line in order.lines
        if line.sku not in units
    ]
    found += [
        Missing(
            f"line {line.line_id}: {line.sku!r} is sold by {line.unit} there and kept by {units[line.sku]} here",
            f"correct the unit of {line.sku!r} under Catalog, Products, or at the shop",
        )
        for line in order.lines
        if line.unit != units.get(line.sku, line.unit)
    ]
    if not order.pickup_node and (lacks := [name for name in ("line1", "city") if not getattr(order.ship_to, name)]):
        found.append(
            Missing(
                f"the delivery address has no {' and no '.join(_ADDRESS_WORDS[name] for name in lacks)}",
                "ask the customer and correct the address: POST orders/{number}/edits, or at the shop",
            )
        )
    if order.currency != channel_currency:
        found.append(
            Missing(
                f"currency {order.currency} is not enabled: channel {order.channel!r} sells in {channel_currency}",
                f"set channel {order.channel!r} to {order.currency} under Catalog, Channels, if it sells in that now; "
                "otherwise correct the currency at the shop",
            )
        )
    if not sells_to:
        found.append(
            Missing(
                f"country {order.ship_to.country} is no tax jurisdiction we are registered in",
                f"add {order.ship_to.country} under Catalog, Jurisdictions once finance is registered there",
            )
        )
    if not order.taxes_included and any(line.tax is None for line in order.lines) and not _can_pay_more(order):
        found.append(
            Missing(
                "prices are without tax, nobody has said the tax, and what pays the order is fixed",
                "have the channel send the tax of each line, or have the order paid by card or on invoice",
            )
        )
    for tender in order.tenders:
        if tender.state == TenderState.PENDING:
            found.append(
                Missing(
                    f"tender {tender.kind!r} of {tender.amount.text} {order.currency} is still pending at the shop",
                    "wait for the payment, of which the shop tells us by itself; or take the order back",
                )
            )
        elif (tender.state == TenderState.TOKEN or order.sold_at) and tender.kind not in known_tenders:
            found.append(
                Missing(
                    f"tender {tender.kind!r} is not known",
                    f"add {tender.kind!r} under Catalog, Tender kinds, or map it in the shop's vendor settings",
                )
            )
    return found


def _can_pay_more(order: Order) -> bool:
    return any(tender.state == TenderState.TOKEN for tender in order.tenders)


def is_later(version: str, *, than: str) -> bool:
    """Is this version of an order the younger one? Of versions that are no instants only "another" can be told."""
    try:
        return datetime.fromisoformat(version) > datetime.fromisoformat(than)
    except (ValueError, TypeError):
        return version != than


def changes(before: Order, after: Order) -> list[str]:
    """What of an agreement is different in its later version, in words; states and wording do not count."""
    old, new = ({line.line_id: line for line in order.lines} for order in (before, after))
    found = []
    for line_id in dict.fromkeys([*old, *new]):
        had, has = old.get(line_id), new.get(line_id)
        if had is None or has is None:
            found.append(f"line {line_id} was {'added' if had is None else 'removed'}")
        elif (had.sku, had.quantity, had.net) != (has.sku, has.quantity, has.net):
            found.append(
                f"line {line_id} was {had.quantity} x {had.sku} for {had.net.text}, "
                f"is {has.quantity} x {has.sku} for {has.net.text}"
            )
    if before.total != after.total:
        found.append(f"total was {before.total}, is {after.total}")
    if before.ship_to != after.ship_to:
        found.append(ADDRESS)
    return found


def beyond_fewer(before: Order, after: Order) -> list[str]:
    """What a later version changes beyond taking units away, in words: that much is no cancellation."""
    old, new = ({line.line_id: line for line in order.lines} for order in (before, after))
    found = [f"line {line_id} was added" for line_id in new if line_id not in old]
    for line_id in old.keys() & new.keys():
        had, has = old[line_id], new[line_id]
        if had.sku != has.sku or had.unit_price != has.unit_price:
            found.append(
                f"line {line_id} was {had.sku} at {had.unit_price.text}, is {has.sku} at {has.unit_price.text}"
            )
        elif has.quantity > had.quantity:
            found.append(f"line {line_id} was {had.quantity} x {had.sku}, is {has.quantity} x {has.sku}")
    if before.ship_to != after.ship_to:
        found.append(ADDRESS)
    return sorted(found)


def complete(parts: Mapping[str, tuple[int, int]], *, units: int) -> int:
    """How many of `units` bundles have left whole. `parts`: sku → (promised for all of them, left so far)."""
    return min((left * units // promised for promised, left in parts.values()), default=0)


def share(amount_minor: int, *, of: int, before: int, now: int) -> int:
    """What `now` units of a line of `of` carry of an amount, when `before` have left: the parts add up to the whole."""
    return amount_minor * (before + now) // of - amount_minor * before // of


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line's money without tax: price before discount, the discount, and the tax on the rest."""

    net_minor: int
    discount_minor: int
    tax_minor: int


def line_money(*, price_minor: int, discount_minor: int, tax_minor: int, taxes_included: bool) -> LineMoney:
    """Take the tax out of a line whose prices contain it; the discount loses its part of the tax too."""
    if not taxes_included:
        return LineMoney(price_minor, discount_minor, tax_minor)
    paid = price_minor - discount_minor
    without_tax = paid - tax_minor
    discount = discount_minor if paid == 0 else discount_minor * without_tax // paid
    return LineMoney(without_tax + discount, discount, tax_minor)


def part_of(whole: LineMoney, *, of: int, before: int, now: int) -> LineMoney:
    """What `now` units of a line of `of` carry of its money, when `before` have left. Parts add up to the whole.

    What is paid is shared first and tax out of it, so that one of three at 166.99 comes to 166.99 and not to the sum of
    two figures that were each cut short.
    """
    paid, discount, tax = (
        share(amount, of=of, before=before, now=now)
        for amount in (whole.net_minor - whole.discount_minor + whole.tax_minor, whole.discount_minor, whole.tax_minor)
    )
    return LineMoney(paid - tax + discount, discount, tax)


def draw(total_minor: int, *, tenders: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Which payment pays how much of a parcel: `tenders` are (payment id, what is left of it), used in that order."""
    parts: dict[int, int] = {}
    for payment, left in tenders:
        part = min(left, total_minor)
        if part:
            parts[payment] = part
            total_minor -= part
    if total_minor:
        raise ValueError(f"the tenders of the order do not cover its parcel: {total_minor} smallest units are missing")
    return parts


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
