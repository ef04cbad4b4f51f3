"""Is a webhook genuine? Signatures over the raw bytes, compared in constant time, before anything is parsed."""

import base64
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

TOLERANCE_S = 300  # how far a signed time may be from ours
_NAME = re.compile(r"[!-~]{1,200}")

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How one vendor's webhooks are read.

    is_genuine  (headers, raw, secrets, now): whether one of the secrets signed these bytes, and lately where time is
                signed too
    event_id    (headers, raw): the vendor's name of the event, "" where it has none
    topic       (headers, raw): what it is about, in the vendor's word
    facts       the vendor's topics, and the fact we make of each; any other is kept and shown to a person
    """

    is_genuine: Callable[[Headers, bytes, tuple[str, ...], datetime], bool]
    event_id: Callable[[Headers, bytes], str]
    topic: Callable[[Headers, bytes], str]
    facts: Mapping[str, str]


def base64_hmac(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 as base64."""
    return base64.b64encode(hmac.new(secret.encode(), signed, sha256).digest()).decode()


def hex_hmac(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 as lower-case hex."""
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def one_matches(given: Iterable[str], expected: Iterable[str]) -> bool:
    """Whether a given signature is an expected one. Every pair is compared, so the time taken tells nothing."""
    wanted = list(expected)
    found = False
    for signature in list(given)[:5]:
        for right in wanted:
            found |= hmac.compare_digest(signature.encode(errors="replace"), right.encode())
    return found


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether a signed Unix time is within five minutes of ours."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE_S


def name_of(event_id: str, raw: bytes) -> str:
    """The event id if it is usable as a name, else the hash of the body."""
    return event_id if _NAME.fullmatch(event_id) else f"sha256:{sha256(raw).hexdigest()}"
