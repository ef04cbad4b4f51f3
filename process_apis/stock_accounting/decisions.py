"""The rules: what each kind of change debits and credits. Pure."""

from collections.abc import Mapping

# kind → (debit, credit), by role: goods leave for the way, come from it, are lost on it, or turn up in a count.
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "transfer_shipped": ("INVT", "INV"),
    "transfer_received": ("INV", "INVT"),
    "transfer_lost": ("WOFF", "INVT"),
    "stock_adjusted": ("INV", "WOFF"),  # a loss has units below zero, and so turns round by itself
}


def worth(units: Mapping[str, int], *, costs: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    """What goods are worth, by currency, at standard cost. `costs`: sku → (smallest units, currency)."""
    found: dict[str, int] = {}
    for sku, count in units.items():
        minor, currency = costs[sku]
        found[currency] = found.get(currency, 0) + minor * count
    return {currency: minor for currency, minor in sorted(found.items()) if minor}


def legs(kind: str, *, minor: int) -> list[tuple[str, int]]:
    """The two sides of an entry; `minor` is below zero where a count found less than the book had."""
    debit, credit = ACCOUNTS[kind]
    return [(debit, minor), (credit, -minor)]
