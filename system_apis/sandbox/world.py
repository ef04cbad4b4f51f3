"""The pretend world as its systems share it: a memory, a clock, alarms, faults, and a log of every effect."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from system_apis.sandbox.alarms import Alarms
from system_apis.sandbox.asked import Asked
from system_apis.sandbox.faults import Faults
from system_apis.sandbox.store import Store
from system_apis.sandbox.webhooks import Webhooks

TOKENS = {
    "commerce": "shpat_sandbox",
    "erp": "erp_sandbox",
    "wms": "wms_sandbox",
    "payments": "sk_sandbox",
    "tax": "sandbox:tax_sandbox",
    "pos": "pos_sandbox",
    "carrier": "carrier_sandbox",
    "market": "market_sandbox",
}


class World:
    """Everything a handler may use."""

    def __init__(self, state: Path) -> None:
        self.store = Store(state / "journal.jsonl")
        self.faults = Faults()
        self.alarms = Alarms()
        self.webhooks = Webhooks(self.store, self.faults, self.alarms)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def setting(self, name: str, default: Any = None) -> Any:
        """What `setup` was told under this name."""
        found = self.store.get("setup", name)
        return default if found is None else found

    def token(self, system: str) -> str:
        """The credential a system accepts."""
        return str(self.setting("tokens", {}).get(system, TOKENS[system]))

    def effect(
        self, asked: Asked | None, *, system: str, operation: str, key: str, reference: str, subject: str, **told: Any
    ) -> None:
        """Log that something changed. A key that shows up twice for one operation is a doubled effect."""
        seq = self.store.next_number("effects")
        self.store.put(
            "effects",
            str(seq),
            {
                "seq": seq,
                "at": self.now().isoformat(),
                "system": system,
                "operation": operation,
                "key": key,
                "reference": reference,
                "subject": subject,
                "correlation_id": asked.correlation_id if asked else "",
                **told,
            },
        )

    def effects(self, *, after: int = 0) -> Iterable[dict[str, Any]]:
        """The effects after a sequence number, in order."""
        last = int(self.store.get("numbers", "effects") or 0)
        return (self.store.get("effects", str(seq)) for seq in range(after + 1, last + 1))
