"""The demo's shoppers who collect at a store, and the one who serves them."""

import pytest

from process_apis.catalog.models import Node
from process_apis.pickups.models import Pickup
from retail_platform.demo import assortment, counter, shoppers
from tests.factories import on_hand
from tests.pickups import a_pickup

pytestmark = pytest.mark.django_db


def test_one_in_so_many_shoppers_collects_at_a_store_that_has_it() -> None:
    assortment.write()
    on_hand({"SKU-00001": 9}, node="STORE-001")
    day = counter.some_collect(shoppers.baskets(orders=30, seed=42, day="d"), seed=42)
    wishes = [basket.body["fulfilment"] for basket in day if "fulfilment" in basket.body]
    assert 1 <= len(wishes) <= 5
    assert wishes[0] == {"method": "pickup", "node": "STORE-001"}


def test_every_pickup_comes_to_an_end_at_the_counter() -> None:
    Node.objects.create(code="STORE-001", name="Store", kind="store")
    for number in range(6):
        a_pickup(order_number=f"W-{number}")
    while counter.serve():
        pass
    assert set(Pickup.objects.values_list("state", flat=True)) <= {"handed_over", "store_rejected"}
