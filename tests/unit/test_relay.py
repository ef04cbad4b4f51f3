"""The relay tells facts one by one and in rounds, each exactly once, and lets no bad fact hold back the others."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from retail_platform.kernel.outbox import relay, services
from retail_platform.kernel.outbox.models import Aggregate, Fact, FactState

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "tests.unit.test_relay"
rounds: list[list[str]] = []


def alone(fact: Fact) -> None:
    """A listener of single facts: it counts them in rows."""
    _count(f"alone:{fact.aggregate}")


def together(facts: Sequence[Fact]) -> None:
    """A listener of rounds that cannot take one of them."""
    rounds.append([fact.aggregate for fact in facts])
    for fact in facts:
        _count(f"together:{fact.aggregate}")
    if any(fact.data.get("bad") for fact in facts):
        raise ValueError("this fact is bad")


def _count(name: str) -> None:
    Aggregate.objects.get_or_create(name=name, defaults={"sequence": 0})
    Aggregate.objects.filter(name=name).update(sequence=F("sequence") + 1)


def _counted(name: str) -> int:
    return Aggregate.objects.filter(name=name).values_list("sequence", flat=True).first() or 0


@pytest.fixture(autouse=True)
def listening(settings: Any) -> Iterator[None]:
    """Only the listeners of this file hear facts."""
    settings.FACT_LISTENERS, settings.FACTS_TOGETHER = {"*": [f"{HERE}:alone"]}, [f"{HERE}:together"]
    caches = (relay.listeners_of, relay.listeners_together)
    for cache in caches:
        cache.cache_clear()
    rounds.clear()
    yield
    for cache in caches:
        cache.cache_clear()


def _told(*names: str, **bad: bool) -> None:
    for name in names:
        services.add(name="test.happened", aggregate=name, data={"bad": bad.get(name, False)})


def test_a_round_is_taken_in_with_one_call() -> None:
    _told("a", "b", "c")
    relay.deliver()
    assert rounds == [["a", "b", "c"]]


def test_nothing_pending_is_no_round() -> None:
    assert relay.deliver() == 0
    assert rounds == []


def test_an_idle_relay_asks_whether_anything_is_due_before_it_claims() -> None:
    assert not relay.is_due()
    _told("a")
    assert relay.is_due()


def test_a_fact_that_was_put_back_is_not_due_before_its_time() -> None:
    _told("a")
    Fact.objects.update(due_at=Now() + timedelta(hours=1))
    assert not relay.is_due()


@pytest.mark.parametrize("listener", ["alone", "together"])
def test_a_bad_fact_in_a_round_leaves_the_others_taken_in_once(listener: str) -> None:
    _told("a", "b", "c", b=True)
    relay.deliver()
    assert [_counted(f"{listener}:{name}") for name in "abc"] == [1, 0, 1]


def test_a_bad_fact_in_a_round_is_put_back_alone() -> None:
    _told("a", "b", "c", b=True)
    relay.deliver()
    assert set(Fact.objects.filter(state=FactState.PENDING).values_list("aggregate", "attempts")) == {("b", 1)}


def test_a_fact_whose_own_listener_fails_is_not_in_the_round(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(fact: Fact) -> None:
        if fact.aggregate == "a":
            raise ValueError("not this one")

    monkeypatch.setattr(relay, "listeners_of", lambda name: (failing,))
    _told("a", "b")
    relay.deliver()
    assert rounds == [["b"]]
