"""Numbers and PINs as we keep them: keyed hashes, so that a copy of the database buys nobody anything."""

import hmac
from hashlib import sha256
from uuid import UUID

from django.conf import settings

_ACCOUNT = "value:"


def number_hash(kind: str, number: str) -> str:
    """What an account is found by. Spaces and dashes do not count."""
    return _keyed(f"{kind}:{plain(number)}")


def pin_hash(kind: str, number: str, pin: str) -> str:
    """What a PIN is compared with; "" for an account without one."""
    return _keyed(f"{kind}:{plain(number)}:{pin}") if pin else ""


def reference_of(account_id: UUID) -> str:
    """How a tender names the account it is paid from."""
    return f"{_ACCOUNT}{account_id}"


def account_of(reference: str) -> str:
    """The id of the account that a tender names."""
    return reference.removeprefix(_ACCOUNT)


def plain(number: str) -> str:
    """The number without what people put between its digits."""
    return number.replace(" ", "").replace("-", "").upper()


def _keyed(text: str) -> str:
    return hmac.new(f"stored-value:{settings.SECRET_KEY}".encode(), text.encode(), sha256).hexdigest()
