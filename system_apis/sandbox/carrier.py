"""The carrier: labels for parcels that come back, and what its depots scan. It knows no idempotency keys.

A label asked for twice is two labels, and both are charged.
"""

import json
from datetime import timedelta
from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply, need
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World

VALID_DAYS = 30
NOT_SERVED = ("AQ",)
SCANS = ("ACCEPTED", "MOVING", "DELIVERED", "MISSING")


def refuse(status: int, code: str, detail: str) -> Refusal:
    return Refusal(status, {"error": {"code": code, "message": detail}})


def _field(name: str) -> Refusal:
    return refuse(400, "invalid_field", f"{name} is missing or is not what it should be")


def create_label(world: World, asked: Asked) -> Reply:
    body = asked.body()
    sender = need(body, "sender", dict, _field)
    if need(sender, "countryCode", str, _field) in NOT_SERVED:
        raise refuse(422, "not_served", f"we do not collect in {sender['countryCode']}")
    number = world.store.next_number("carrier.labels")
    made = {
        "labelId": f"LBL{number:07d}",
        "customerReference": need(body, "customerReference", str, _field),
        "trackingNumber": f"RT{number:010d}",
        "labelUrl": f"https://labels.carrier.example/LBL{number:07d}.pdf",
        "validUntil": (world.now() + timedelta(days=VALID_DAYS)).isoformat(),
        "status": "LABELLED",
        "receiver": need(body, "receiver", str, _field),
        "shipmentReference": need(body, "shipmentReference", str, _field),
    }
    _keep(world, made)
    world.store.put("carrier.by_tracking", made["trackingNumber"], made["labelId"])
    _log(world, asked, "create_label", made, key=made["customerReference"])
    return Reply(201, made)


def cancel_label(world: World, asked: Asked) -> Reply:
    made = _label(world, asked.named["id"])
    if made["status"] != "LABELLED":
        code = "already_void" if made["status"] == "VOID" else "in_transit"
        raise refuse(409, code, f"label {made['labelId']} is {made['status']}")
    made = {**made, "status": "VOID"}
    _keep(world, made)
    _log(world, asked, "cancel_label", made, key=str(asked.body().get("customerReference", "")))
    return Reply(200, made)


def get_label(world: World, asked: Asked) -> Reply:
    return Reply(200, _label(world, asked.named["id"]))


def find_labels(world: World, asked: Asked) -> Reply:
    wanted = asked.query.get("reference", "")
    labels = world.store.all("carrier.labels").values()
    return Reply(200, {"labels": [made for made in labels if made["customerReference"] == wanted]})


def track(world: World, asked: Asked) -> Reply:
    made = _by_tracking(world, asked.named["number"])
    scan = world.store.get("carrier.scans", made["trackingNumber"])
    return Reply(200, scan or _scan(world, made["trackingNumber"], made["status"], ""))


def scan(world: World, asked: Asked) -> Reply:
    """A depot scans a parcel, or gives it up for lost, and tells whoever listens."""
    body = asked.body()
    status = need(body, "status", str, _field)
    if status not in SCANS:
        raise refuse(400, "invalid_field", f"status is one of {', '.join(SCANS)}")
    made = _by_tracking(world, need(body, "tracking_number", str, _field))
    _keep(world, {**made, "status": status})
    told = _scan(world, made["trackingNumber"], status, str(body.get("depot") or ""))
    world.store.put("carrier.scans", made["trackingNumber"], told)
    event_id = f"car_{world.store.next_number('carrier.events'):08d}"
    event = json.dumps({"id": event_id, "type": "parcel.scanned", "scan": told})
    world.webhooks.add(system="carrier", topic="parcel.scanned", event_id=event_id, body=event)
    return Reply(201, told)


def _scan(world: World, number: str, status: str, depot: str) -> dict[str, Any]:
    return {"trackingNumber": number, "status": status, "scannedAt": world.now().isoformat(), "depot": depot}


def _label(world: World, name: str) -> dict[str, Any]:
    found = world.store.get("carrier.labels", name)
    if found is None:
        raise refuse(404, "unknown_label", f"there is no label {name}")
    return dict(found)


def _by_tracking(world: World, number: str) -> dict[str, Any]:
    name = world.store.get("carrier.by_tracking", number)
    if name is None:
        raise refuse(404, "unknown_parcel", f"there is no parcel {number}")
    return _label(world, name)


def _keep(world: World, made: dict[str, Any]) -> None:
    world.store.put("carrier.labels", made["labelId"], made)


def _log(world: World, asked: Asked, operation: str, made: dict[str, Any], *, key: str) -> None:
    world.effect(
        asked,
        system="carrier",
        operation=operation,
        key=key,
        reference=made["labelId"],
        subject=made["shipmentReference"],
    )


ROUTES = [
    Route("POST", "/carrier/labels", "create_label", create_label),
    Route("GET", "/carrier/labels", "find_labels", find_labels),
    Route("GET", "/carrier/labels/{id}", "get_label", get_label),
    Route("POST", "/carrier/labels/{id}/cancel", "cancel_label", cancel_label),
    Route("GET", "/carrier/tracking/{number}", "track", track),
    Route("POST", "/_control/carrier/scans", "scan", scan),
]
