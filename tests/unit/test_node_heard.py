"""When a node was last heard from: set by its own word, at most once a minute, and by nobody else's."""

from datetime import datetime, timedelta

import pytest

from process_apis.catalog import services
from process_apis.catalog.models import Node
from process_apis.stock.incoming import intake
from process_apis.stock.incoming.told import Item
from retail_platform.kernel import clock
from tests.factories import a_catalog, a_movement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_warehouse_that_speaks_for_itself() -> None:
    a_catalog()


def heard(node: str = "WH-1") -> datetime | None:
    return Node.objects.get(code=node).heard_at


def test_a_movement_told_by_its_owner_is_a_sign_of_life() -> None:
    intake.take([Item(a_movement(source="wms"))])
    assert heard() is not None
    assert heard("STORE-001") is None


def test_a_movement_that_is_set_aside_is_none() -> None:
    intake.take([Item(a_movement(source="erp"))])
    assert heard() is None


def test_it_is_written_once_a_minute() -> None:
    just_now = clock.now() - timedelta(seconds=50)
    Node.objects.filter(code="WH-1").update(heard_at=just_now)
    services.heard_from(["WH-1"])
    assert heard() == just_now
    Node.objects.filter(code="WH-1").update(heard_at=just_now - timedelta(seconds=20))
    services.heard_from(["WH-1"])
    assert heard() > just_now  # type: ignore[operator]
