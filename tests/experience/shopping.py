"""What a shop sends, valid as it stands: a test names only what it is about."""

from typing import Any

from tests.callers import Caller, a_key

STOREFRONT = "/api/experience/storefront/v1"
ORDERS = f"{STOREFRONT}/orders"


def a_shop(*, name: str = "shop", **limits: Any) -> Caller:
    """A caller with a key for everything a storefront does."""
    return Caller(a_key(name=name, scopes=["storefront.read", "storefront.orders"], **limits))


def a_basket(**changes: Any) -> dict[str, Any]:
    """The body of an order of two boots to Berlin, paid by card."""
    body = {
        "channel": "web",
        "lines": [{"sku": "BOOT-42", "quantity": 2}],
        "customer": {"name": "Ada Winter", "email": "ada@example.com"},
        "ship_to": {
            "name": "Ada Winter",
            "line1": "Hauptstr. 1",
            "city": "Berlin",
            "postcode": "10115",
            "country": "DE",
        },
        "payment": {"kind": "card", "token": "tok_visa"},
    }
    return {**body, **changes}
