"""Policies are made, replaced and closed, never edited; what they touch is shown anew, also when they begin later."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from process_apis.catalog.models import BundlePart, Node
from process_apis.stock.models import StockPosition
from process_apis.stock_policy import accuracy, keeping, watch
from process_apis.stock_policy.keeping import Draft, PolicyRefused
from process_apis.stock_policy.models import NodeAccuracy, Recalculation, StockPolicy
from process_apis.stock_policy.rules import Rule
from retail_platform.kernel.outbox.models import Fact
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _goods() -> None:
    a_catalog(skus=["BOOT-42", "LACE"], stores=1)
    on_hand({"BOOT-42": 10, "LACE": 9})
    on_hand({"BOOT-42": 4}, node="STORE-001")
    watch.look(now=NOW)
    Recalculation.objects.all().delete()
    Fact.objects.all().delete()


def a_draft(value: int = 3, *, kind: str = "safety", **changes: Any) -> Draft:
    scope = {name: changes.pop(name, "") for name in ("sku", "node", "node_kind", "channel")}
    return Draft(Rule(kind=kind, value=value, **scope), **changes)


def make(draft: Draft, *, now: datetime = NOW) -> StockPolicy:
    return keeping.make(draft, reason="test", by="ada", now=now)


def told() -> list[str]:
    """The skus that were said to be different, and are not said again."""
    while watch.tell_more():
        pass
    facts = Fact.objects.filter(name="stock_policy.changed").order_by("id")
    skus = [sku for fact in facts for sku in fact.data["skus"]]
    facts.delete()
    return skus


def refused(draft: Draft, *, now: datetime = NOW) -> list[str]:
    with pytest.raises(PolicyRefused) as caught:
        make(draft, now=now)
    return [error["pointer"] for error in caught.value.errors]


def test_a_policy_for_a_sku_tells_of_that_sku() -> None:
    make(a_draft(sku="LACE"))
    assert told() == ["LACE"]


def test_a_policy_for_a_node_tells_of_what_lies_there() -> None:
    make(a_draft(node="STORE-001"))
    assert told() == ["BOOT-42"]


def test_a_policy_for_everything_tells_of_all_skus_a_part_at_a_time(settings: Any) -> None:
    settings.STOCK_SKUS_A_ROUND = 1
    make(a_draft())
    assert told() == ["BOOT-42", "LACE"]


def test_a_policy_that_begins_later_tells_nothing_yet() -> None:
    make(a_draft(sku="LACE", since=LATER))
    assert told() == []


@pytest.mark.parametrize("seconds", [0, 5])
def test_a_policy_tells_when_it_begins(seconds: int) -> None:
    make(a_draft(sku="LACE", since=LATER))
    watch.look(now=LATER + timedelta(seconds=seconds))
    assert told() == ["LACE"]


def test_a_policy_tells_when_it_ends() -> None:
    make(a_draft(sku="LACE", until=LATER))
    told()
    watch.look(now=LATER)
    assert told() == ["LACE"]


def test_the_beginning_of_a_policy_is_told_once() -> None:
    make(a_draft(sku="LACE", since=LATER))
    watch.look(now=LATER)
    told()
    watch.look(now=LATER + timedelta(seconds=5))
    assert told() == []


def test_two_policies_for_the_same_at_the_same_time_are_refused() -> None:
    make(a_draft(sku="LACE"))
    assert refused(a_draft(5, sku="LACE", since=LATER)) == ["/effective_from"]


def test_one_may_follow_where_another_ends() -> None:
    make(a_draft(sku="LACE", until=LATER))
    assert make(a_draft(5, sku="LACE", since=LATER)).value == 5


def test_a_policy_that_replaces_another_ends_it() -> None:
    first = make(a_draft(sku="LACE"))
    make(a_draft(5, sku="LACE", since=LATER, replaces=True))
    first.refresh_from_db()
    assert (first.value, first.effective_until) == (3, LATER)


def test_a_closed_policy_stays_as_it_was_until_then() -> None:
    made = make(a_draft(sku="LACE"))
    keeping.close(made.id, by="ada", now=LATER)
    made.refresh_from_db()
    assert (made.effective_from, made.effective_until, made.closed_by) == (NOW, LATER, "ada")


def test_closing_tells_of_what_it_touched() -> None:
    made = make(a_draft(sku="LACE"))
    told()
    keeping.close(made.id, by="ada", now=LATER)
    assert told() == ["LACE"]


def test_a_policy_closed_before_it_began_leaves_its_time_to_another() -> None:
    keeping.close(make(a_draft(sku="LACE", since=LATER)).id, by="ada", now=NOW)
    assert make(a_draft(5, sku="LACE", since=LATER)).value == 5


def test_closing_twice_says_so() -> None:
    made = make(a_draft(sku="LACE"))
    keeping.close(made.id, by="ada", now=LATER)
    assert not keeping.close(made.id, by="ada", now=LATER)


@pytest.mark.parametrize(
    ("draft", "pointers"),
    [
        (a_draft(since=NOW - timedelta(hours=1)), ["/effective_from"]),
        (a_draft(since=LATER, until=LATER), ["/effective_until"]),
        (a_draft(sku="NONE"), ["/sku"]),
        (a_draft(node="NONE"), ["/node"]),
        (a_draft(channel="web"), ["/channel"]),
        (a_draft(node="WH-1", node_kind="store"), ["/node_kind"]),
        (a_draft(101, kind="share"), ["/value"]),
        (a_draft(2, kind="eligibility"), ["/value"]),
        (a_draft(50, kind="share", node="WH-1"), ["/node"]),
        (a_draft(-1, sku="NONE"), ["/sku", "/value"]),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(draft: Draft, pointers: list[str]) -> None:
    assert refused(draft) == pointers


def test_a_store_that_goes_offline_is_noticed() -> None:
    Node.objects.filter(code="STORE-001").update(online=False)
    watch.look(now=NOW)
    assert told() == ["BOOT-42"]


def test_the_cut_off_of_a_node_is_noticed() -> None:
    watch.look(now=NOW + timedelta(hours=5, minutes=1))
    assert sorted(told()) == ["BOOT-42", "BOOT-42", "LACE"]


def test_a_new_day_is_noticed() -> None:
    watch.look(now=NOW + timedelta(hours=12))
    told()
    watch.look(now=NOW + timedelta(hours=15))  # past midnight in Berlin; no node's cut-off lies between
    assert told() == ["BOOT-42", "LACE"]


def test_other_parts_of_a_bundle_are_noticed() -> None:
    BundlePart.objects.create(bundle="KIT", part="LACE", units=3)
    watch.look(now=NOW)
    assert told() == ["KIT"]


def test_nothing_is_told_while_nothing_changes() -> None:
    watch.look(now=NOW + timedelta(minutes=1))
    assert told() == []


def test_a_node_that_was_never_counted_has_no_score() -> None:
    accuracy.score(now=NOW)
    assert not NodeAccuracy.objects.exists()


def test_the_score_falls_with_the_age_of_the_counts() -> None:
    StockPosition.objects.filter(node="STORE-001").update(counted_at=NOW - timedelta(days=50))
    accuracy.score(now=NOW)
    assert NodeAccuracy.objects.get().score == 80
