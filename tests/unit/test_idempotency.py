"""One key, one effect: whoever asks how often, and whatever dies in between."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from retail_platform.kernel.idempotency import services
from retail_platform.kernel.idempotency.models import IdempotentCall
from retail_platform.kernel.identity.models import Client
from tests.callers import Caller, a_key, problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.echo_urls")]
ECHO = "/api/echo/v1/echoes"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_key())


def test_the_same_key_and_body_get_the_stored_answer_byte_for_byte(caller: Caller) -> None:
    first = caller.post(ECHO, {"word": "hello"}, key="k1")
    again = caller.post(ECHO, {"word": "hello"}, key="k1")
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, "/x")
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(caller: Caller) -> None:
    caller.post(ECHO, {"word": "hello"}, key="k1")
    assert problem(caller.post(ECHO, {"word": "other"}, key="k1"))["status"] == 422
    assert not Client.objects.filter(name="other").exists()


def test_the_same_key_with_another_id_in_the_path_is_refused(caller: Caller) -> None:
    assert caller.post(f"{ECHO}/1", {"word": "hello"}, key="k1").status_code == 201
    assert problem(caller.post(f"{ECHO}/2", {"word": "hello"}, key="k1"))["status"] == 422


def test_bodies_are_compared_by_value_not_by_bytes(caller: Caller) -> None:
    one = (
        b'{"word": "hello", "price": {"amount": "1.0", "currency": "EUR"}, "ratio": 1.0, "at": "2026-03-01T09:00:00Z"}'
    )
    two = (
        b'{ "at":"2026-03-01T10:00:00+01:00","ratio":"1.00","price":{"currency":"EUR","amount":"1.00"},"word":"hello"}'
    )
    caller.post(ECHO, one, key="k1")
    assert caller.post(ECHO, two, key="k1")["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["a" * 256, "a b", "ä", "a\x7f", "\x01"])
def test_a_malformed_key_is_refused(caller: Caller, key: str) -> None:
    assert problem(caller.post(ECHO, {"word": "hello"}, key=key))["status"] == 400


def test_a_missing_key_is_refused_with_the_name_of_the_header(caller: Caller) -> None:
    told = problem(caller.post(ECHO, {"word": "hello"}, key=None))
    assert (told["status"], told["errors"][0]["header"]) == (400, "Idempotency-Key")


def test_keys_belong_to_the_client_that_chose_them(caller: Caller) -> None:
    caller.post(ECHO, {"word": "hello"}, key="k1")
    other = Caller(a_key(name="other-shop"))
    assert other.post(ECHO, {"word": "mine"}, key="k1").status_code == 201


def test_a_refusal_leaves_nothing_and_may_be_tried_again(caller: Caller) -> None:
    assert problem(caller.post(ECHO, {"word": "refused"}, key="k1"))["status"] == 409
    assert not Client.objects.filter(name="refused").exists()
    assert not IdempotentCall.objects.exists()


def test_an_answer_of_500_is_not_kept(caller: Caller) -> None:
    caller.post(ECHO, {"word": "failing"}, key="k1")
    assert not IdempotentCall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_twins_at_once_make_one_thing() -> None:
    key = a_key()
    answers: list[Any] = []

    def ask() -> None:
        answers.append(Caller(key).post(ECHO, {"word": "slow"}, key="k1"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = Counter((answer.status_code, answer.get("Idempotency-Replayed", "")) for answer in answers)
    assert told[(201, "")] == 1
    assert set(told) <= {(201, ""), (201, "true"), (409, "")}
    assert all("Retry-After" in answer for answer in answers if answer.status_code == 409)
    assert Client.objects.filter(name="slow").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_between_leaves_nothing_and_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(a_key())
    keep = services._keep

    def die(*values: Any) -> None:
        keep(*values)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(services, "_keep", die)
        assert problem(caller.post(ECHO, {"word": "hello"}, key="k1"))["status"] == 503
    connection.close()
    assert not Client.objects.filter(name="hello").exists()
    assert caller.post(ECHO, {"word": "hello"}, key="k1").status_code == 201
