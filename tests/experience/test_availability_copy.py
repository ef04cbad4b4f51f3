"""What makes a figure in the copy trustworthy, and what happens when something of it is lost."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from experience_apis.availability import copy, keeper
from experience_apis.availability.copy import Entry
from experience_apis.availability.models import AvailabilityClock, AvailabilityRow
from process_apis.catalog.models import Channel, Product
from retail_platform.kernel import clock, valkey
from tests.callers import a_key
from tests.experience.asking import Asking
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
BOTH = "sku=BOOT-42&sku=BOOT-43&channel=web"


@pytest.fixture(autouse=True)
def _copied(own_copy: str, one_connection: None) -> None:
    a_catalog(skus=["BOOT-42", "BOOT-43"], stores=1)
    on_hand({"BOOT-42": 10, "BOOT-43": 3})
    carry_facts()
    keeper.follow()


@pytest.fixture(params=["exact", "copy"])
def ask(request: pytest.FixtureRequest) -> Asking:
    asking = Asking(mode=request.param, key=a_key(name=f"shop-{uuid.uuid4().hex[:8]}"))
    asking(BOTH)
    return asking


def units(ask: Asking, query: str = BOTH) -> list[int]:
    return [item["available"] for item in json.loads(ask(query).body)["items"]]


def keys_of(prefix: str, kind: str) -> list[bytes]:
    return list(valkey.client().scan_iter(match=f"{prefix}:g:*:{kind}:*"))


def heard(ask: Asking) -> Asking:
    """Past the time that an in-process copy may be behind."""
    time.sleep(0.11)
    return ask


def test_a_change_is_shown_once_it_was_followed(ask: Asking) -> None:
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()
    keeper.follow()
    assert (units(heard(ask)), ask(BOTH).by) == ([15, 3], "front")


def test_a_change_the_copy_has_not_heard_of_is_after_what_the_answer_says_of_itself(ask: Asking) -> None:
    before = clock.now()
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()  # and the relay dies before it copies
    answer = json.loads(ask(BOTH).body)
    assert (answer["items"][0]["available"], datetime.fromisoformat(answer["as_of"]) < before) == (10, True)


def test_a_copy_that_nobody_vouches_for_is_not_shown(ask: Asking, own_copy: str) -> None:
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()
    valkey.client().pexpire(copy.fresh_key(), 1)  # as FRESH_S after the last keeper
    time.sleep(0.01)
    assert (units(heard(ask)), ask(BOTH).by) == ([15, 3], "django")


def test_a_copy_is_vouched_for_a_few_seconds_at_a_time() -> None:
    assert 0 < valkey.client().pttl(copy.fresh_key()) <= copy.FRESH_S * 1000


def test_a_pending_change_holds_back_what_the_copy_says_of_itself(ask: Asking) -> None:
    on_hand({"BOOT-42": 5}, node="STORE-001")  # told to nobody yet
    keeper.follow()
    assert json.loads(heard(ask)(BOTH).body)["age_ms"] >= 110


@pytest.mark.parametrize("lost", ["of", "at"])
def test_a_hash_that_was_deleted_is_answered_by_django_and_mended(ask: Asking, own_copy: str, lost: str) -> None:
    valkey.client().delete(*keys_of(own_copy, lost))
    keeper.follow()
    fresh = Asking(mode="exact", key=ask.key)  # one that remembers nothing
    assert [(each.by, each.status) for each in (fresh(BOTH), fresh(BOTH))] == [("django", 200), ("front", 200)]


def test_a_lost_mark_begins_anew_and_leaves_nothing_behind(own_copy: str) -> None:
    before = keys_of(own_copy, "of")
    valkey.client().delete(f"{own_copy}:mark")
    keeper.follow()
    after = keys_of(own_copy, "of")
    assert (len(after), set(after) & set(before)) == (1, set())


def test_a_mark_that_lost_its_cursor_begins_anew(ask: Asking, own_copy: str) -> None:
    valkey.client().hdel(f"{own_copy}:mark", "cursor")
    keeper.follow()
    assert (units(heard(ask)), ask(BOTH).by) == ([10, 3], "front")


def test_a_valkey_that_lost_everything_is_filled_again(ask: Asking, own_copy: str) -> None:
    valkey.client().delete(*valkey.client().scan_iter(match=f"{own_copy}:*"))
    keeper.follow()
    assert (units(heard(ask)), ask(BOTH).by) == ([10, 3], "front")


def test_a_database_put_back_from_a_backup_begins_anew(ask: Asking) -> None:
    mark = copy.mark()
    AvailabilityRow.objects.update(version=1, body='{"sku":"old","available":1}')
    AvailabilityClock.objects.update(version=1)
    keeper.follow()
    after = copy.mark()
    assert mark
    assert after
    assert (after.generation != mark.generation, units(heard(ask))) == (True, [1, 1])


def test_who_read_before_others_went_on_writes_nothing() -> None:
    since = copy.mark()
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()
    keeper.follow()
    assert since
    assert not copy.write([Entry("web", "BOOT-42", 2**50, '{"stale":true}')], since=since)


def test_an_older_version_never_replaces_a_newer_one(ask: Asking) -> None:
    since = copy.mark()
    assert since
    copy.write([Entry("web", "BOOT-42", 1, '{"available":99}')], since=since)
    assert units(Asking(mode="exact", key=ask.key))[0] == 10


def test_a_version_that_a_mender_brought_first_is_still_news_to_every_process(ask: Asking) -> None:
    since = copy.mark()
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()
    row = AvailabilityRow.objects.get(sku="BOOT-42")
    assert since
    copy.write([Entry(row.channel, row.sku, row.version, row.body)], since=since)
    keeper.follow()
    assert units(heard(ask))[0] == 15


def test_what_is_not_sold_any_more_leaves_the_copy(ask: Asking) -> None:
    Product.objects.filter(sku="BOOT-43").update(active=False)
    call_command("rebuild_availability", "--sku", "BOOT-43", stdout=StringIO())
    answer = heard(ask)(BOTH)
    assert (json.loads(answer.body)["items"][1]["status"], answer.by) == ("unknown", "django")


def test_a_closed_channel_leaves_the_copy(ask: Asking) -> None:
    Channel.objects.update(active=False)
    keeper.follow()
    assert heard(ask)(BOTH).status == 404


def test_a_channel_that_opens_again_is_filled_again(ask: Asking) -> None:
    Channel.objects.update(active=False)
    keeper.follow()
    Channel.objects.update(active=True)
    keeper.follow()
    assert (units(heard(ask)), ask(BOTH).by) == ([10, 3], "front")


def test_warming_fills_what_is_missing(own_copy: str) -> None:
    valkey.client().delete(*keys_of(own_copy, "of"))
    out = StringIO()
    call_command("rebuild_availability", "--warm", stdout=out)
    assert "copied 2/2  100%" in out.getvalue()
    assert valkey.client().hlen(keys_of(own_copy, "of")[0]) == 2


def test_more_changes_than_one_batch_are_all_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    skus = [f"SKU-{n:05d}" for n in range(30)]
    a_catalog(skus=skus, stores=1)
    on_hand(dict.fromkeys(skus, 7))
    carry_facts()
    monkeypatch.setattr(keeper, "BATCH", 7)
    keeper.follow()
    mark = copy.mark()
    assert mark
    assert (mark.cursor, valkey.client().hlen(f"{copy.base()}:{mark.generation}:of:web")) == (
        AvailabilityClock.objects.get().version,
        32,
    )


def test_versions_rise_though_the_clock_went_back() -> None:
    ahead = AvailabilityClock.objects.get().version + int(timedelta(hours=1).total_seconds() * 1e6)
    AvailabilityClock.objects.update(version=ahead)
    on_hand({"BOOT-42": 5}, node="STORE-001")
    carry_facts()
    assert AvailabilityRow.objects.get(sku="BOOT-42").version > ahead


def test_two_processes_with_leases_never_exceed_one_budget() -> None:
    key = a_key(name=f"poor-{uuid.uuid4().hex[:8]}", per_minute=500)
    processes = [Asking(mode="copy", key=key) for _ in range(2)]
    began = time.monotonic()
    answered = sum(processes[n % 2](BOTH).status == 200 for n in range(600))
    slid = int((time.monotonic() - began) * 500 / 60) + 1  # the window slides on meanwhile
    assert 480 <= answered <= 500 + slid


def test_an_in_process_copy_asks_valkey_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking(mode="copy", key=a_key(name=f"shop-{uuid.uuid4().hex[:8]}"))
    ask(BOTH), ask(BOTH)
    asked: list[object] = []
    run = counting(ask.front.find.__self__.wire.run, asked)
    monkeypatch.setattr(ask.front.find.__self__.wire, "run", run)
    answers = sum(ask(BOTH).by == "front" for _ in range(2000))
    assert answers == 2000
    assert len(asked) < 200  # about one for each lease of requests, and one for each 100 ms


def counting(run: Callable[..., object], asked: list[object]) -> Callable[..., object]:
    def counted(*args: object) -> object:
        asked.append(args[0])
        return run(*args)

    return counted
