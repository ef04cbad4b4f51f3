"""Pickups nobody comes for: a reminder before the end, and the end. Called on each round of the sweeper."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from process_apis.pickups import moves, services
from process_apis.pickups.models import Pickup, PickupEvent, PickupState
from retail_platform.kernel import clock, correlation

_WAITS = timedelta(hours=12)  # who is at the store is not sent away at the stroke of the clock


def sweep(*, limit: int = 200) -> int:
    """Remind, and end what is over. Returns how many pickups ended. Several may do so at once."""
    remind(limit=limit)
    return expire(limit=limit)


def expire(*, limit: int = 200) -> int:
    """End pickups whose time is over, one by one; whoever is being handed over right now is passed over."""
    ended = 0
    for pickup in _over(limit):
        with correlation.use(pickup.correlation_id or correlation.new()):
            ended += _expire(pickup)
    return ended


def _over(limit: int) -> list[Pickup]:
    now = clock.now()
    ready = Pickup.objects.filter(state=PickupState.READY, expires_at__lte=now)
    forgotten = Pickup.objects.filter(state=PickupState.ARRIVED, expires_at__lte=now, arrived_at__lte=now - _WAITS)
    return [*ready.order_by("expires_at")[:limit], *forgotten.order_by("expires_at")[:limit]]


def _expire(pickup: Pickup) -> bool:
    with transaction.atomic():
        still_so = Pickup.objects.filter(id=pickup.id, state=pickup.state, expires_at__lte=clock.now())
        if not still_so.update(state=PickupState.EXPIRED, ended_at=clock.now()):
            return False
        pickup.state = PickupState.EXPIRED
        PickupEvent.objects.create(pickup=pickup, name="expired", correlation_id=correlation.current())
        moves.tell(pickup, "pickup.expired")
        services.settled(pickup, now=clock.now())
    return True


def remind(*, limit: int = 200) -> int:
    """Tell the customer once, some days before the end, that the goods still wait."""
    soon = clock.now() + timedelta(days=settings.PICKUP_REMIND_DAYS)
    due = Pickup.objects.filter(
        state=PickupState.READY, reminded_at=None, expires_at__lte=soon, expires_at__gt=clock.now()
    )
    reminded = 0
    for pickup in due.order_by("expires_at")[:limit]:
        with correlation.use(pickup.correlation_id or correlation.new()), transaction.atomic():
            if Pickup.objects.filter(id=pickup.id, reminded_at=None, state=PickupState.READY).update(
                reminded_at=clock.now()
            ):
                moves.tell(pickup, "pickup.reminder")
                reminded += 1
    return reminded
