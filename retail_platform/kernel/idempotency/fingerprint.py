"""Whether two bodies ask for the same: compared as validated values, so key order and 1.0 or 1.00 do not matter."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any


def fingerprint(*, path: Mapping[str, Any], body: Any) -> bytes:
    """The SHA-256 of what is asked: the ids in the path and the validated body."""
    return sha256(_CANONICAL.encode([path, body]).encode()).digest()


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return "0" if value == 0 else format(value.normalize(), "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)
