"""Whether two bodies ask for the same: compared as validated values, so key order and 1.0 or 1.00 do not matter."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any


def fingerprint(*, path: Mapping[str, Any], body: Any) -> bytes:
    """The SHA-256 of what is asked: the ids in the path and the validated body."""
    canonical = [_plain(dict(path)), _plain(body)]
    return sha256(json.dumps(canonical, sort_keys=True, separators=(",", ":")).encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return "0" if value == 0 else format(value.normalize(), "f")
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
