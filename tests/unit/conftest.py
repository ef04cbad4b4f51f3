"""What tests of the engine may ask for."""

from collections.abc import Iterator
from typing import Any

import pytest

from process_apis.engine import registry, wake
from tests import errand
from tests.engine import Workers


@pytest.fixture
def workers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """The engine with the tests' journeys, and somebody to play its workers; `workers.log` is what steps were asked."""
    settings.PROCESS_MODULES = ["tests.errand"]
    registry.processes.cache_clear()
    crew = Workers()
    monkeypatch.setattr(wake, "ring", crew.ring)
    monkeypatch.setattr(errand, "log", crew.log)
    yield crew
    registry.processes.cache_clear()
