"""The running platform tells shops of stock: after a sale, through a shop that hangs, and through a worker killed."""

import os
import signal
from typing import Any

import pytest

from retail_platform.kernel.machine.running import Running
from tests import chaos
from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

pytestmark = [pytest.mark.timeout(400)]
_TOLD = """
SELECT count(*) FROM publication_channellevel
WHERE channel = 'shop' AND (dirty_since IS NOT NULL OR version <> weighed OR told IS DISTINCT FROM wanted)
"""


def shown(day: RetailDay, sku: str) -> Any:
    """What the pretend shop shows of a sku."""
    return day.control("GET", "/commerce/levels")["levels"].get(f"main/{sku}")


def wanted(day: RetailDay, sku: str) -> Any:
    """What it is to show."""
    return day.one(f"SELECT wanted FROM publication_channellevel WHERE channel = 'shop' AND sku = '{sku}'")


def all_told(day: RetailDay) -> bool:
    """Whether the shop has heard of everything."""
    noted = day.one("SELECT count(*) FROM publication_changenoted")
    pending = day.one("SELECT count(*) FROM outbox_fact WHERE state = 'pending'")
    return not noted and not pending and day.one(_TOLD) == 0


@pytest.fixture
def told(day: RetailDay) -> None:
    """The shop has heard of all there is."""
    until(lambda: shown(day, "SKU-00001") is not None and all_told(day), within_s=SETTLED_WITHIN_S)


def test_a_sale_lowers_what_the_shop_shows(day: RetailDay, told: None) -> None:
    before = shown(day, "SKU-00003")
    day.expected += 1
    assert day.post_order(key="publication-1", sku=3).status_code == 202
    until(lambda: shown(day, "SKU-00003") == before - 1, within_s=SETTLED_WITHIN_S)
    day.settle(within_s=SETTLED_WITHIN_S)


def test_orders_go_on_while_the_shop_hangs_and_it_is_told_when_it_is_back(day: RetailDay, told: None) -> None:
    before = shown(day, "SKU-00004")
    day.fault("commerce", "slow", operation="set_stock", seconds=30)
    day.fault("commerce", "slow", operation="read_stock", seconds=30)
    try:
        day.expected += 1
        assert day.post_order(key="publication-2", sku=4).status_code == 202
        day.settle(within_s=SETTLED_WITHIN_S)
    finally:
        day.control("DELETE", "/faults")
    until(lambda: all_told(day) and shown(day, "SKU-00004") == before - 1, within_s=SETTLED_WITHIN_S)


def test_a_worker_killed_between_telling_and_writing_it_down_leaves_the_shop_right(
    stack: Running, day: RetailDay, told: None
) -> None:
    before, effects = shown(day, "SKU-00005"), len(day.effects(operation="set_stock"))
    day.fault("commerce", "slow", operation="set_stock", count=1, seconds=5)
    day.expected += 1
    assert day.post_order(key="publication-3", sku=5).status_code == 202
    until(lambda: len(day.effects(operation="set_stock")) > effects, within_s=SETTLED_WITHIN_S)
    for child in chaos.children(stack.pid("worker")):
        os.kill(child, signal.SIGKILL)
    day.settle(within_s=SETTLED_WITHIN_S)
    until(lambda: all_told(day), within_s=SETTLED_WITHIN_S)
    assert shown(day, "SKU-00005") == wanted(day, "SKU-00005") == before - 1
