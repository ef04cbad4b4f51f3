"""Examples for the OpenAPI document. Each act has a parked run of its own on a demo, so that none spoils another."""

from typing import Any
from uuid import UUID

from process_apis.engine.process import run_id_of

ORDER = "DEMO-1001"
ORDER_CORRELATION = "4bf92f3577b34da6a3ce929d0e0e4736"  # the id it is placed under on a demo
ORDER_RUN = str(run_id_of(process="order_to_cash", subject=ORDER))
# What a shop sent that nobody can read yet, by what its example tells the run to do.
WEBHOOKS = {
    "resume": UUID("0d2f6a10-1001-4000-8000-000000000001"),
    "skip": UUID("0d2f6a10-1001-4000-8000-000000000002"),
    "compensate": UUID("0d2f6a10-1001-4000-8000-000000000003"),
    "send_as_new": UUID("0d2f6a10-1001-4000-8000-000000000004"),
}
PARKED_RUNS = {act: str(run_id_of(process="order_intake", subject=str(inbox_id))) for act, inbox_id in WEBHOOKS.items()}
_SUBJECT = str(WEBHOOKS["resume"])
_ERROR = f"order_intake {_SUBJECT}: ContractBroken: line_items.0.sku: String should have at least 1 character"
ROW: dict[str, Any] = {
    "id": PARKED_RUNS["resume"],
    "process": "order_intake",
    "subject": _SUBJECT,
    "state": "parked",
    "direction": "forward",
    "step": "take_in_order",
    "waiting_for": "",
    "error": _ERROR,
    "generation": 0,
    "created_at": "2026-03-01T09:30:00Z",
    "updated_at": "2026-03-01T09:30:04Z",
    "next_wake_at": None,
    "deadline_at": "2026-03-15T09:30:00Z",
    "finished_at": None,
    "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}
_STEP = {
    "name": "take_in_order",
    "direction": "forward",
    "state": "parked",
    "attempts": 1,
    "maybe_sent": False,
    "key": "1f0c2a7b9d3e4f5061728394a5b6c7d8",
    "result": {},
    "error": _ERROR,
    "started_at": "2026-03-01T09:30:03Z",
    "last_tried_at": "2026-03-01T09:30:03Z",
    "finished_at": None,
}
RUN = {**ROW, "facts": {"started_by": {"inbox_id": _SUBJECT, "connection": "shop"}}, "steps": [_STEP]}
MOVING: dict[str, Any] = {**RUN, "state": "ready", "error": "", "next_wake_at": "2026-03-01T10:00:05Z"}
