"""What tests of the engine may ask for."""

import pytest

from tests.engine import Workers, employ


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """The engine with the tests' journeys, and somebody to play its workers; `workers.log` is what steps were asked."""
    return employ(monkeypatch)
