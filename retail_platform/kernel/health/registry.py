"""What the platform watches about itself. Each layer adds its own checks in AppConfig.ready."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `value` is a number worth a curve: an age in seconds, a count."""

    ok: bool
    detail: str
    value: float | None = None


Check = Callable[[], Finding]
_checks: dict[str, Check] = {}


def check(name: str, look: Check) -> None:
    """Add a check, for example check("outbox", outbox_lag). The name is used in /status and as a metric's label."""
    _checks[name] = look


def findings() -> dict[str, Finding]:
    """What every check finds now; one that breaks is red, and breaks nothing else."""
    found: dict[str, Finding] = {}
    for name, look in _checks.items():
        try:
            found[name] = look()
        except Exception as error:
            log.warning("health check failed", extra={"check": name, "error": type(error).__name__})
            found[name] = Finding(ok=False, detail=f"could not be looked at: {type(error).__name__}")
    return found
