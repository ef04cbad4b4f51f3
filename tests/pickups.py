"""A pickup as a test needs it, without the journey that asks for it."""

from datetime import timedelta
from typing import Any

from process_apis.pickups import services
from process_apis.pickups.models import Pickup
from retail_platform.kernel import clock


def a_pickup(
    *, order_number: str = "W-1001", node: str = "STORE-001", units: int = 1, channel: str = "web", **changes: Any
) -> Pickup:
    """Units of one line, asked of a store; `changes` are written over what that makes of it."""
    pickup = services.open_pickup(
        order_number=order_number,
        channel=channel,
        node=node,
        customer_name="Ada Winter",
        lines=[services.Wanted(line_id="1", sku="BOOT-42", title="Boot", units=units, parts={"BOOT-42": 1})],
        ready_by=clock.now() + timedelta(hours=2),
    )
    if changes:
        Pickup.objects.filter(id=pickup.id).update(**changes)
        if changes.get("state") in ("ready", "arrived"):
            pickup.lines.update(picked=units)
    return Pickup.objects.get(id=pickup.id)
