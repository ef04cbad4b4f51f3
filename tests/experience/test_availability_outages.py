"""Under load Valkey goes and comes back, the copy or the rows are deleted: nobody gets an error or a wrong figure."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from experience_apis.availability import keeper
from experience_apis.availability.models import AvailabilityRow
from retail_platform.kernel import valkey
from tests.callers import a_key
from tests.experience.asking import Answer, Asking
from tests.experience.cable import Cable, cable
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, on_hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
SKUS = [f"SKU-{n:05d}" for n in range(40)]
QUERIES = [f"sku={one}&sku={other}&channel=web" for one, other in zip(SKUS, reversed(SKUS), strict=True)]
SETTLES_WITHIN_S = 10.0  # Valkey is looked for once a second; the rest is for a machine busy with other tests


@pytest.fixture
def valkey_by_cable(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cable]:
    with cable(settings.VALKEY_URL) as laid:
        straight = settings.VALKEY_URL
        settings.VALKEY_URL = laid.url
        valkey.client.cache_clear()
        yield laid
        settings.VALKEY_URL = straight
        valkey.client.cache_clear()
        valkey._State.retry_at = 0.0


class Load:
    """Threads that ask all the time, and what they were told."""

    def __init__(self, ask: Asking) -> None:
        self.ask, self.answers, self.slowest_s = ask, list[tuple[str, Answer]](), 0.0
        self.broken: list[BaseException] = []
        self.right = {query: ask(query, by="django").items for query in QUERIES}

    def asked(self) -> Counter[str]:
        return Counter(answer.by for _, answer in self.answers)

    @property
    def wrong(self) -> list[bytes]:
        return [
            answer.body for query, answer in self.answers if answer.status != 200 or answer.items != self.right[query]
        ]

    @contextmanager
    def under_way(self, *, threads: int = 3) -> Iterator["Load"]:
        stop = threading.Event()

        def crowd(number: int) -> None:
            try:
                while not stop.is_set():
                    number += 1
                    query, began = QUERIES[number % len(QUERIES)], time.monotonic()
                    self.answers.append((query, self.ask(query)))
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                    time.sleep(0.002)
            except BaseException as failure:
                self.broken.append(failure)
            finally:
                connection.close()

        def relay() -> None:
            while not stop.wait(0.05):
                keeper.tend(delivered=0)
            connection.close()

        running = [threading.Thread(target=crowd, args=(n * 7,)) for n in range(threads)]
        running.append(threading.Thread(target=relay))
        for thread in running:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in running:
                thread.join()
        assert not self.broken
        assert self.wrong == []

    def wait_for_the_front(self) -> None:
        """Until answers come from the copy again, and from nowhere else."""
        until = time.monotonic() + SETTLES_WITHIN_S
        while time.monotonic() < until:
            before = len(self.answers)
            time.sleep(0.3)
            if {answer.by for _, answer in self.answers[before:]} == {"front"}:
                return
        raise AssertionError(f"still asked of Django after {SETTLES_WITHIN_S} s")


@pytest.fixture(params=["exact", "copy"])
def load(request: pytest.FixtureRequest, own_copy: str, valkey_by_cable: Cable) -> Load:
    a_catalog(skus=SKUS, stores=2)
    on_hand({sku: n + 1 for n, sku in enumerate(SKUS)})
    carry_facts()
    for _ in keeper.warm():
        pass
    return Load(Asking(mode=request.param, key=a_key(name=f"shop-{uuid.uuid4().hex[:8]}", per_minute=10_000_000)))


@pytest.mark.parametrize("outage", [Cable.cut, Cable.silence])
def test_valkey_goes_and_comes_back_and_nobody_notices(
    load: Load, valkey_by_cable: Cable, outage: Callable[[Cable], None]
) -> None:
    with load.under_way():
        load.wait_for_the_front()
        outage(valkey_by_cable)
        time.sleep(2.5)
        during = load.asked()["django"]
        valkey_by_cable.mend()
        load.wait_for_the_front()
    assert (during > 20, load.slowest_s < 5) == (True, True)


def everything(prefix: str) -> None:
    valkey.client().delete(*valkey.client().scan_iter(match=f"{prefix}:*"))


def the_mark(prefix: str) -> None:
    valkey.client().delete(f"{prefix}:mark")


def the_fragments(prefix: str) -> None:
    valkey.client().delete(*valkey.client().scan_iter(match=f"{prefix}:g:*:of:*"))


def the_versions(prefix: str) -> None:
    valkey.client().delete(*valkey.client().scan_iter(match=f"{prefix}:g:*:at:*"))


@pytest.mark.parametrize("lost", [everything, the_mark, the_fragments, the_versions])
def test_what_is_lost_of_the_copy_is_put_back(load: Load, own_copy: str, lost: Callable[[str], None]) -> None:
    with load.under_way():
        load.wait_for_the_front()
        lost(own_copy)
        load.wait_for_the_front()


def test_the_rows_are_lost_and_rebuilt(load: Load, own_copy: str) -> None:
    with load.under_way():
        load.wait_for_the_front()
        AvailabilityRow.objects.all().delete()
        everything(own_copy)
        time.sleep(0.5)
        call_command("rebuild_availability", stdout=StringIO())
        load.wait_for_the_front()
