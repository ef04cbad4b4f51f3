"""May we still act on what we work on? Asked right before each call that leaves the house.

Whoever works under a claim that can run out (a lease) says so with `use`; whoever calls out asks with `confirm`. The
two need not know each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_confirm: ContextVar[Callable[[], None] | None] = ContextVar("holding", default=None)


@contextmanager
def use(confirm: Callable[[], None]) -> Iterator[None]:
    """Inside, each call to the outside first runs `confirm`, which renews the claim or raises."""
    token = _confirm.set(confirm)
    try:
        yield
    finally:
        _confirm.reset(token)


def confirm() -> None:
    """Renew the claim we work under, if there is one. Raises what its holder raises when it is lost."""
    if (ask := _confirm.get()) is not None:
        ask()
