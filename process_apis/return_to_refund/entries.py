"""The legs of each entry of the journey (role, amount; debits above zero), as workflows section 2 lists them. Pure."""

from collections.abc import Mapping


def memo_legs(
    *, net: int, tax: int, shipping: int, shipping_tax: int, fee: int, clawback: int, cards: int = 0
) -> list[tuple[str, int]]:
    """A credit memo: returns and tax against what is owed; a fee that is kept is income.

    What is clawed back is still sold, so its part of the tax stays owed. `cards` of the net are gift cards, which were
    no revenue.
    """
    owed = net + tax + shipping + shipping_tax - fee - clawback
    still_taxed = tax_within(clawback, net=net, tax=tax)
    return [
        ("RET", net - cards),
        ("GC", cards),
        ("SHIPREV", shipping),
        ("TAX", tax + shipping_tax - still_taxed),
        ("OTHER", -fee),
        ("DISC", still_taxed - clawback),
        ("RFL", -owed),
    ]


def tax_within(minor: int, *, net: int, tax: int) -> int:
    """What of an amount is tax, where it is taxed as the whole of `net` and `tax` is."""
    return minor * tax // (net + tax) if net + tax else 0


def exchange_legs(*, then: int, now: int) -> list[tuple[str, int]]:
    """Goods sold for foreign money came back, and its worth to us is another by now: the difference is no return."""
    return [("FX", now - then), ("RET", then - now)]


def refund_legs(*, role: str, amount: int) -> list[tuple[str, int]]:
    """Money paid back settles what is owed; `role` is the account of where it went (PSP, GC, SC, TILL, CHAN, ...)."""
    return [("RFL", amount), (role, -amount)]


def received_legs(*, cost: int) -> list[tuple[str, int]]:
    """Goods back at their original cost, awaiting inspection."""
    return [("INVQ", cost), ("COGS", -cost)]


def disposition_legs(disposition: str, *, cost: int, value: int | None = None) -> list[tuple[str, int]]:
    """What inspection makes of goods in quarantine. `value` is what refurbished goods are still worth."""
    worth_now = cost if value is None else value
    legs: Mapping[str, list[tuple[str, int]]] = {
        "restock": [("INV", cost), ("INVQ", -cost)],
        "refurbish": [("INV", worth_now), ("WOFF", cost - worth_now), ("INVQ", -cost)],
        "destroy": [("WOFF", cost), ("INVQ", -cost)],
        "vendor_return": [("AP", cost), ("INVQ", -cost)],
        "to_customer": [("COGS", cost), ("INVQ", -cost)],
        "suspect": [("COGS", cost), ("INVQ", -cost)],  # in quarantine, for nothing
        "cleared": [("INVQ", cost), ("COGS", -cost)],
    }
    return legs.get(disposition, [])


def refusal_legs(goods: str, *, cost: int) -> list[tuple[str, int]]:
    """A supplier owes nothing for what went back to him: it is in quarantine again, or gone."""
    return [("INVQ" if goods == "come_back" else "WOFF", cost), ("AP", -cost)]


def dispute_legs(event: str, *, amount: int, fee: int = 0, owed: int = 0, role: str = "PSP") -> list[tuple[str, int]]:
    """A chargeback opened, won or lost. Of one lost, `owed` is what we owed the customer for returns anyway.

    `role` is the account of who settles the tender.
    """
    settled = min(owed, amount)
    legs: Mapping[str, list[tuple[str, int]]] = {
        "opened": [("CHBK", amount), ("FEEP", fee), (role, -amount - fee)],
        "won": [(role, amount), ("CHBK", -amount)],
        "lost": [("RFL", settled), ("CBL", amount - settled), ("CHBK", -amount)],
    }
    return legs[event]
