"""What several journeys stand on."""

from collections.abc import Iterator

import pytest

from retail_platform.kernel.machine.running import Running
from tests.retail_day import SETTLED_WITHIN_S, RetailDay
from tests.shopify_shop import ShopifyShop

CLEAR_THE_DESK = """
from process_apis.engine import services
from process_apis.engine.models import ProcessRun
from retail_platform.kernel import clock
for run in ProcessRun.objects.filter(state="parked", process="order_intake", facts__started_by__connection="shopify"):
    services.compensate(run_id=run.id, by="a test", reason="seen", now=clock.now())
"""


@pytest.fixture(scope="session")
def shop_of_the_stack(stack: Running) -> ShopifyShop:
    return ShopifyShop(stack)


@pytest.fixture(scope="module")
def shop(shop_of_the_stack: ShopifyShop) -> Iterator[ShopifyShop]:
    """A Shopify shop connected to the running stack; what is left parked of it is closed at the end."""
    yield shop_of_the_stack
    shop_of_the_stack.manage("shell", "-v0", "-c", CLEAR_THE_DESK)


@pytest.fixture(scope="module")
def day(stack: Running) -> Iterator[RetailDay]:
    """A retail day that tests disturb; at its end both sides' books must agree on all of it."""
    day = RetailDay(stack)
    yield day
    assert {name: difference for name, difference in day.statement().items() if difference != "0"} == {}


@pytest.fixture
def nothing_lost_and_nothing_doubled(day: RetailDay) -> Iterator[None]:
    """What holds after each disturbance; the test's own claims come first."""
    yield
    day.control("DELETE", "/faults")
    day.settle(within_s=SETTLED_WITHIN_S)
    assert day.doubled() == []
    assert day.parked() == []
