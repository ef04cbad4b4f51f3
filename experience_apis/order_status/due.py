"""By when what comes next will have happened, as far as we promise it. Pure; a date that passes is not moved."""

from datetime import datetime, timedelta

from experience_apis.order_status.models import ShopperState

_STILL_TO_LEAVE = (
    ShopperState.RECEIVED, ShopperState.CONFIRMED, ShopperState.PREPARING, ShopperState.PARTLY_SHIPPED,
)  # fmt: skip


def next_by(
    shown: ShopperState,
    *,
    placed_at: datetime,
    ready_by: datetime | None,
    kept_until: datetime | None,
    cancelled_at: datetime | None,
    owed: bool,
    dispatch_days: int,
    refund_days: int,
) -> datetime | None:
    """The instant, or None where nothing more is to come or nobody can say.

    ready_by, kept_until   of a pickup: when it can be collected, and until when
    cancelled_at, owed     whether money still goes back, and since when it is known
    dispatch_days, refund_days   working days to send goods, days to give money back
    """
    if shown == ShopperState.READY_TO_COLLECT:
        return kept_until
    if shown in _STILL_TO_LEAVE:
        return ready_by or working_days_after(placed_at, days=dispatch_days)
    if shown == ShopperState.CANCELLED and owed and cancelled_at:
        return cancelled_at + timedelta(days=refund_days)
    return None


def working_days_after(at: datetime, *, days: int) -> datetime:
    """So many days later, Saturdays and Sundays not counted."""
    while days > 0:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at
