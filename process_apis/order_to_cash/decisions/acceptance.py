"""What keeps an order from being accepted: what nobody knows yet, and what would help."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from canonical.order import Order, TenderState

WHO_IS_IT = "say under Orders, Customers that they are the same person, or correct one of both at the channel"
_ADDRESS_WORDS = {"line1": "street", "city": "town"}


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
