"""The stream of facts: in order, each once, and none missed that commits late."""

import threading
import time
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from experience_apis.analytics import horizon, queries
from retail_platform.kernel.outbox import services as outbox
from tests.callers import Caller, a_key, problem

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = "/api/experience/analytics/v1/changes"
SETTLES_WITHIN_S = 5.0


@pytest.fixture
def analyst() -> Caller:
    return Caller(a_key(name="warehouse", scopes=["analytics.read"]))


def happened(*things: str, name: str = "stock.changed") -> None:
    for thing in things:
        outbox.add(name=name, aggregate=thing, data={"skus": ["BOOT-42"]})


def settle() -> None:
    """Wait until what is committed may be read, as the relay does round by round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_fact_id_seq")
        given = cursor.fetchone()[0]
    until = time.monotonic() + SETTLES_WITHIN_S
    while horizon.settled() < given:
        assert time.monotonic() < until, "it never settled"
        horizon.advance()


def read(analyst: Caller, query: str = "") -> dict[str, Any]:
    answer = analyst.get(f"{CHANGES}{query}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def subjects(page: dict[str, Any]) -> list[str]:
    return [item["subject"] for item in page["items"]]


def start() -> str:
    """A cursor behind everything that earlier tests wrote."""
    settle()
    cursor, more = "", True
    while more:
        found = queries.changes(after=cursor, names=[], limit=1000)
        cursor, more = found.next, found.more
    return cursor


def test_facts_come_in_order_and_each_once(analyst: Caller) -> None:
    cursor = start()
    happened("a", "b", "c")
    settle()
    first = read(analyst, f"?after={cursor}&limit=2")
    second = read(analyst, f"?after={first['next']}")
    assert (subjects(first), first["more"], subjects(second), second["more"]) == (["a", "b"], True, ["c"], False)


def test_a_cursor_at_the_end_goes_on_with_what_comes_later(analyst: Caller) -> None:
    cursor = start()
    assert read(analyst, f"?after={cursor}")["items"] == []
    happened("later")
    settle()
    assert subjects(read(analyst, f"?after={cursor}")) == ["later"]


def test_a_fact_is_the_event_that_webhooks_bring(analyst: Caller) -> None:
    cursor = start()
    happened("stock:1")
    settle()
    fact = read(analyst, f"?after={cursor}")["items"][0]
    assert (fact["specversion"], fact["type"], fact["sequence"], fact["data"]) == (
        "1.0", "stock.changed", 1, {"skus": ["BOOT-42"]},
    )  # fmt: skip


def test_a_name_leaves_the_others_out_and_the_cursor_goes_past_them(analyst: Caller) -> None:
    cursor = start()
    happened("a", "b")
    happened("c", name="stock_policy.changed")
    happened("d")
    settle()
    page = read(analyst, f"?after={cursor}&name=stock_policy.changed&name=order.placed")
    assert (subjects(page), page["more"]) == (["c"], False)
    assert read(analyst, f"?after={page['next']}")["items"] == []


def test_a_long_stretch_without_the_name_is_gone_through_in_pieces(
    analyst: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LOOKED_AT", 2)
    cursor = start()
    happened("a", "b", "c")
    happened("d", name="stock_policy.changed")
    settle()
    first = read(analyst, f"?after={cursor}&name=stock_policy.changed")
    second = read(analyst, f"?after={first['next']}&name=stock_policy.changed")
    assert (subjects(first), first["more"], subjects(second)) == ([], True, ["d"])


def test_a_fact_that_commits_late_is_not_missed(analyst: Caller) -> None:
    cursor = start()
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                happened("slow")
                written.set()
                may_commit.wait(SETTLES_WITHIN_S)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert written.wait(SETTLES_WITHIN_S)
    happened("quick")  # a higher id, committed first
    for _ in range(5):
        horizon.advance()
    assert read(analyst, f"?after={cursor}")["items"] == []
    may_commit.set()
    writer.join()
    settle()
    assert subjects(read(analyst, f"?after={cursor}")) == ["slow", "quick"]


def test_many_writers_and_a_reader_agree(analyst: Caller) -> None:
    cursor, committed, done = start(), [], threading.Event()

    def write(seed: int) -> None:
        chance = Random(seed)
        try:
            for _ in range(25):
                try:
                    with transaction.atomic():
                        happened(f"thing:{chance.randrange(3)}")
                        time.sleep(chance.random() / 200)
                        if chance.random() < 0.3:
                            raise LookupError
                    committed.append(seed)
                except LookupError:
                    pass
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for writer in writers:
        writer.start()
    seen: list[Any] = []
    while True:
        if not any(writer.is_alive() for writer in writers):
            settle()
            done.set()
        horizon.advance()
        found = queries.changes(after=cursor, names=[], limit=7)
        seen += found.facts
        cursor = found.next
        if done.is_set() and not found.more:
            break
    assert len({fact.id for fact in seen}) == len(seen) == len(committed)
    for thing in {fact.aggregate for fact in seen}:
        sequences = [fact.sequence for fact in seen if fact.aggregate == thing]
        assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def test_a_cursor_of_somebody_elses_making_is_refused(analyst: Caller) -> None:
    refused = problem(analyst.get(f"{CHANGES}?after=12"))
    assert (refused["status"], refused["errors"][0]["parameter"]) == (400, "after")


def test_a_name_that_is_no_facts_is_refused(analyst: Caller) -> None:
    assert problem(analyst.get(f"{CHANGES}?name=nothing.happened"))["errors"][0]["parameter"] == "name"


def test_a_client_of_some_channels_does_not_read_the_stream_of_all() -> None:
    limited = Caller(a_key(name="limited", scopes=["analytics.read"], channels=["web"]))
    assert problem(limited.get(CHANGES))["status"] == 403
