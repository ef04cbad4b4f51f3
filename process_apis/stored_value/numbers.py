"""Numbers and PINs as we keep them: keyed hashes, so that a copy of the database buys nobody anything."""

import hmac
from hashlib import sha256

from django.conf import settings


def number_hash(kind: str, number: str) -> str:
    """What an account is found by. Spaces and dashes do not count."""
    return _keyed(f"{kind}:{plain(number)}")


def pin_hash(kind: str, number: str, pin: str) -> str:
    """What a PIN is compared with; "" for an account without one."""
    return _keyed(f"{kind}:{plain(number)}:{pin}") if pin else ""


def plain(number: str) -> str:
    """The number without what people put between its digits."""
    return number.replace(" ", "").replace("-", "").upper()


def _keyed(text: str) -> str:
    return hmac.new(f"stored-value:{settings.SECRET_KEY}".encode(), text.encode(), sha256).hexdigest()
