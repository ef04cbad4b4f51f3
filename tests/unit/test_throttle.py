"""A budget is exact under any number of threads, and an outage of Valkey costs nobody time."""

import threading
import time
import uuid
from collections import Counter
from typing import Any

import pytest

from retail_platform.kernel import throttle
from retail_platform.kernel.wire import Wire
from tests.callers import Caller, a_key, problem

HEAR = "/api/echo/v1/echoes?sku=A"


@pytest.fixture
def patient_valkey(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits as long as it takes: the claim is about counting, not about a machine that is busy with other tests."""
    wire = Wire(settings.VALKEY_URL, patience_s=20.0)
    monkeypatch.setattr(throttle, "line", lambda: wire)


@pytest.mark.usefixtures("patient_valkey")
def test_sixty_four_threads_get_what_the_limit_says() -> None:
    subject, allowed = uuid.uuid4().hex, Counter[bool]()

    def ask() -> None:
        for _ in range(5):
            allowed[throttle.take(subject=subject, policy="test", limit=100).allowed] += 1

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 100 <= allowed[True] <= 101


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
def test_a_client_past_its_budget_is_told_when_to_come_back() -> None:
    caller = Caller(a_key(name=f"shop-{uuid.uuid4().hex[:8]}", per_minute=2))
    first, _, third = caller.get(HEAR), caller.get(HEAR), caller.get(HEAR)
    assert first["RateLimit-Policy"] == '"storefront.read";q=2;w=60'
    assert first["RateLimit"].startswith('"storefront.read";r=1;t=')
    assert problem(third)["status"] == 429
    assert 0 < int(third["Retry-After"]) <= 60


@pytest.fixture
def no_valkey(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire("redis://127.0.0.1:1/0")
    monkeypatch.setattr(throttle, "line", lambda: wire)


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
@pytest.mark.usefixtures("no_valkey")
def test_known_clients_go_on_without_valkey_and_lose_no_time() -> None:
    caller = Caller(a_key(per_minute=2))
    began = time.perf_counter()
    assert {caller.get(HEAR).status_code for _ in range(20)} == {200}
    assert time.perf_counter() - began < 1


@pytest.mark.usefixtures("no_valkey")
def test_guessing_stays_limited_without_valkey() -> None:
    address = uuid.uuid4().hex
    assert [throttle.may_guess(address=address, limit=3) for _ in range(5)] == [True, True, True, False, False]
