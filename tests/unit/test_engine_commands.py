"""The operator's commands: resume what is parked, tell again what came in. Trying it first changes nothing."""

import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from process_apis.cases import listener as cases
from process_apis.engine import listener
from process_apis.engine.models import ProcessRun, RunState
from process_apis.engine.process import NeedsPerson
from retail_platform.kernel import clock
from retail_platform.kernel.outbox import services as outbox
from retail_platform.kernel.outbox.models import Fact, FactState
from system_apis.connections.models import Connection
from system_apis.inbox.models import InboxMessage
from system_apis.inbox.services import receive
from tests.engine import Workers, open_cases

pytestmark = pytest.mark.django_db


def run(*command: str) -> Any:
    """The JSON document a command prints."""
    out = StringIO()
    call_command(*command, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def parked(workers: Workers, subject: str = "E-1") -> ProcessRun:
    workers.log.script("send", NeedsPerson("no such place", proposal="add it"))
    return workers.go(workers.begin(subject=subject))


def a_message(*, topic: str = "orders/create", fact_name: str = "commerce.order_received") -> InboxMessage:
    connection, _ = Connection.objects.get_or_create(
        code="shop",
        defaults={"kind": "commerce", "vendor": "shopify", "base_url": "http://127.0.0.1:9", "channel": "shop"},
    )
    receipt = receive(
        connection=connection, event_id=uuid4().hex, topic=topic, fact_name=fact_name, raw=b"{}", headers={},
        now=clock.now(),
    )  # fmt: skip
    return InboxMessage.objects.get(id=receipt.inbox_id)


def test_one_run_is_resumed(workers: Workers) -> None:
    stopped = parked(workers)
    assert run("resume", str(stopped.id))["resumed"] == 1
    assert workers.go(stopped.id).state == RunState.DONE


def test_all_parked_runs_of_a_journey_are_resumed(workers: Workers) -> None:
    runs = [parked(workers, f"E-{number}") for number in range(3)]
    assert run("resume", "--all", "--process", "delivery")["resumed"] == 0
    assert run("resume", "--all", "--process", "errand")["resumed"] == 3
    assert {workers.go(each.id).state for each in runs} == {RunState.DONE}


def test_resuming_for_a_try_changes_nothing(workers: Workers) -> None:
    stopped = parked(workers)
    assert run("resume", "--all", "--dry-run")["runs"][0]["outcome"] == "would resume at send"
    assert ProcessRun.objects.get(id=stopped.id).state == RunState.PARKED


def test_resuming_a_run_that_moves_is_an_error_that_says_so(workers: Workers) -> None:
    run_id, out = workers.begin(), StringIO()
    with pytest.raises(CommandError):
        call_command("resume", str(run_id), stdout=out, stderr=StringIO())
    assert "only a parked run" in out.getvalue()


@pytest.mark.parametrize("arguments", [[], ["--all", str(uuid4())]])
def test_resume_wants_to_know_which(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="--all"):
        call_command("resume", *arguments, stderr=StringIO())


def test_a_message_whose_run_was_never_started_starts_it(workers: Workers) -> None:
    message = a_message()
    Fact.objects.all().delete()
    (told,) = run("replay", "--inbox", str(message.id))["items"]
    assert told["outcome"] == "starts order_intake"
    listener.on_facts([Fact.objects.get()])
    assert ProcessRun.objects.get().subject == str(message.id)


def test_a_message_that_was_read_before_is_a_no_op(workers: Workers) -> None:
    message = a_message()
    listener.on_facts([Fact.objects.get()])
    answer = run("replay", "--inbox", str(message.id))
    listener.on_facts(list(Fact.objects.all()))
    assert (answer["no_ops"], ProcessRun.objects.count()) == (1, 1)
    assert "order_intake run" in answer["items"][0]["outcome"]


def test_a_topic_that_was_unknown_is_read_by_todays_rules(workers: Workers) -> None:
    message = a_message(fact_name="inbox.unrecognized")
    assert run("replay", "--inbox", str(message.id))["items"][0]["fact"] == "commerce.order_received"


def test_a_day_is_told_again_whole(workers: Workers) -> None:
    for _ in range(3):
        a_message()
    assert run("replay", "--day", f"{clock.now():%Y-%m-%d}")["replayed"] == 3
    assert run("replay", "--day", "2001-01-01")["replayed"] == 0


def test_telling_again_for_a_try_writes_no_fact(workers: Workers) -> None:
    message = a_message()
    assert run("replay", "--inbox", str(message.id), "--dry-run")["replayed"] == 1
    assert Fact.objects.count() == 1


def test_a_message_nobody_has_is_an_error() -> None:
    with pytest.raises(CommandError, match="no message"):
        call_command("replay", "--inbox", str(uuid4()), stderr=StringIO())


def test_facts_that_were_set_aside_are_delivered_and_their_case_is_closed(workers: Workers) -> None:
    outbox.add(name="order.placed", aggregate="order:W-1", data={})
    Fact.objects.update(state=FactState.STUCK, attempts=12, error="KeyError: order_number")
    cases.on_stuck(Fact.objects.get())
    assert run("replay", "--facts")["replayed"] == 1
    assert (Fact.objects.get().state, Fact.objects.get().attempts, open_cases()) == (FactState.PENDING, 0, [])
