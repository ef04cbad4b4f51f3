"""The code a customer shows at the counter: six digits, worked out from the pickup's id, kept nowhere.

It changes with the platform's secret key; who then comes with an old one shows an identity document instead.
"""

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

DIGITS = 6
TRIES = 5  # after so many wrong codes only an identity document helps: six digits can be guessed


def code_of(pickup_id: UUID) -> str:
    """The code of a pickup. For its customer alone: it belongs in no log, fact or row."""
    digest = salted_hmac("pickups.code", str(pickup_id), algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def matches(pickup_id: UUID, given: str) -> bool:
    """Whether the code is the pickup's own; takes as long for a wrong one."""
    return constant_time_compare(code_of(pickup_id), given.strip())
