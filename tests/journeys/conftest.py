"""What several journeys stand on."""

from collections.abc import Iterator

import pytest

from retail_platform.kernel.machine.running import Running
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
