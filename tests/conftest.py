"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from retail_platform.kernel.supervisor.running import Running
from tests.stack import a_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """The whole platform, running: `stack.ready["url"]`, `stack.pid("worker")`, `stack.kill("worker")`.

    Mark what uses it with `@pytest.mark.xdist_group("stack")`, so that one of the parallel runners has the one stack.
    """
    with a_stack() as running:
        yield running
