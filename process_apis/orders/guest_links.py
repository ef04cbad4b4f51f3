"""Links that show one order to whoever holds them: signed, for a time, kept nowhere.

A link reads; it changes nothing, and what it shows has no address in it.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing

_SALT = "orders.guest"


def token(number: str) -> str:
    """What stands in a link to this order."""
    return signing.dumps(number, salt=_SALT)


def number_of(given: str) -> str:
    """The order a token was made for; "" for one that is over, changed or made up."""
    try:
        number = signing.loads(given, salt=_SALT, max_age=timedelta(days=settings.ORDER_LINK_DAYS))
    except signing.BadSignature:
        return ""
    return number if isinstance(number, str) else ""


def url(number: str) -> str:
    """The page of an order that needs no sign-in."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/track/{token(number)}"
