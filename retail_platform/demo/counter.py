"""Some of the day's shoppers collect at a store, and somebody pretends to serve them there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random

from django.db.models import F

from process_apis.catalog.models import Node
from process_apis.pickups import codes, decisions, handing_over, services
from process_apis.pickups.models import Pickup, PickupState, RejectReason
from process_apis.pickups.moves import WrongState
from process_apis.stock.models import StockPosition
from retail_platform.demo.shoppers import Basket
from retail_platform.kernel import clock, correlation

CLERK = "demo-clerk"
EVERY = 6  # one in so many of our own storefront's shoppers collects
REJECTS = 8  # one pickup in so many is not found on the shelf


def some_collect(baskets: Sequence[Basket], *, seed: int) -> list[Basket]:
    """The same baskets, where some that pay by card want one thing that a store has."""
    choose = Random(seed)  # noqa: S311 - a day to be repeated, not a secret
    stores = Node.objects.filter(offers_pickup=True, active=True).values("code")
    there = StockPosition.objects.filter(node__in=stores, on_hand__gte=F("reserved") + F("allocated") + 3)
    places = list(there.order_by("sku", "node").values_list("sku", "node"))
    found, asked = [], 0
    for basket in baskets:
        by_card = basket.body.get("payment") == {"kind": "card", "token": "tok_visa"}
        asked += basket.channel == "web" and by_card
        if places and basket.channel == "web" and by_card and asked % EVERY == 1:
            sku, node = choose.choice(places)
            wish = {"lines": [{"sku": sku, "quantity": 1}], "fulfilment": {"method": "pickup", "node": node}}
            basket = replace(basket, body={**basket.body, **wish})
        found.append(basket)
    return found


def serve(*, but: Collection[str] = ()) -> int:
    """One step for each pickup that waits: fetch it, or say it is not there; then hand it over. Returns how many.

    `but` are orders whose pickups somebody else serves.
    """
    waiting = Pickup.objects.filter(state__in=decisions.OPEN, staff__in=("", CLERK)).order_by("created_at")
    waiting = waiting.exclude(order_number__in=but)
    served = 0
    for pickup in waiting:
        with correlation.use(pickup.correlation_id or correlation.new()):
            served += _serve(pickup)
    return served


def _serve(pickup: Pickup) -> bool:
    now = clock.now()
    try:
        if pickup.state in (PickupState.READY, PickupState.ARRIVED):
            code = codes.code_of(pickup.id)
            handing_over.hand_over(pickup, by=CLERK, collected_by="", code=code, now=now)
        elif pickup.attempt == 1 and _place(pickup) % REJECTS == 2:
            services.reject(pickup, by=CLERK, reason=RejectReason.NOT_FOUND, now=now)
        else:
            services.ready(pickup, by=CLERK, now=now)
    except WrongState:  # somebody at the page was faster
        return False
    return True


def _place(pickup: Pickup) -> int:
    """How many were asked for before it."""
    return Pickup.objects.filter(created_at__lt=pickup.created_at).count()
