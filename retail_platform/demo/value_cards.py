"""Gift cards, store credit and points that customers of the demo have when the first day begins."""

from process_apis.stored_value import services as stored_value
from process_apis.stored_value.models import ValueKind

EXAMPLE_CARD, EXAMPLE_PIN = "6006 4910 0000 0017", "4711"
CARDS, LOADED_MINOR = 5, 10_000_000  # enough for many days of the demo


def number_of(card: int) -> str:
    """The number of one of the demo's gift cards without PIN: 1 to CARDS."""
    return f"6006 4910 0000 {1000 + card}"


def issue() -> None:
    """Open each account and load it, once."""
    found = [(ValueKind.GIFT_CARD, EXAMPLE_CARD, EXAMPLE_PIN, "")]
    found += [(ValueKind.GIFT_CARD, number_of(card), "", "") for card in range(1, CARDS + 1)]
    found.append((ValueKind.STORE_CREDIT, "CREDIT-ADA", "", "ada@example.com"))
    found.append((ValueKind.LOYALTY, "POINTS-ADA", "", "ada@example.com"))
    for kind, number, pin, customer in found:
        account = stored_value.open_account(
            kind=kind, number=number, currency="EUR", pin=pin, customer_reference=customer
        )
        stored_value.load(account, minor=LOADED_MINOR, key=f"opening:{kind}:{account.id}", of="demo")
