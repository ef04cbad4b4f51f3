"""Every error is a problem document, and none tells of our insides."""

import json
from typing import Any

import pytest
from django.db import connection

from retail_platform.kernel.problem import DomainError, describe, translate
from retail_platform.kernel.problem_errors import pointers
from tests.callers import Caller, a_key, problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.echo_urls")]


@pytest.fixture
def caller() -> Caller:
    return Caller(a_key())


def test_an_unknown_address_is_a_problem(caller: Caller) -> None:
    assert problem(caller.get("/api/nowhere"))["type"] == "/problems/not-found"


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(caller: Caller) -> None:
    response = caller.http.delete("/api/echo/v1/raw")
    assert problem(response)["status"] == 405


def test_a_wrong_content_type_is_a_problem(caller: Caller) -> None:
    response = caller.post("/api/echo/v1/raw", b"a=1", Content_Type="application/x-www-form-urlencoded")
    assert problem(response)["status"] == 415


def test_an_answer_that_only_html_would_please_is_a_problem(caller: Caller) -> None:
    assert problem(caller.get("/api/echo/v1/echoes?sku=A", Accept="text/html"))["status"] == 406


def test_a_bug_tells_the_correlation_id_and_nothing_else(caller: Caller) -> None:
    response = caller.get("/api/echo/v1/broken/bug")
    assert problem(response)["status"] == 500
    assert b"secret" not in response.content
    assert problem(response)["correlation_id"] == response["X-Request-ID"]


def test_a_domain_error_says_what_to_do_and_when(caller: Caller) -> None:
    response = caller.get("/api/echo/v1/broken/refused")
    told = problem(response)
    assert (told["status"], told["type"], told["detail"]) == (409, "/problems/out-of-echoes", "Take another word.")
    assert told["errors"] == [{"pointer": "/word", "detail": "used up"}]
    assert (told["retry_after_s"], response["Retry-After"]) == (3, "3")


@pytest.mark.parametrize(("how", "status"), [("doubled", 409), ("check", 422), ("serialization", 503), ("nul", 400)])
def test_a_database_error_has_a_meaning(caller: Caller, how: str, status: int) -> None:
    assert problem(caller.get(f"/api/echo/v1/broken/{how}"))["status"] == status


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_asks_to_come_again(caller: Caller) -> None:
    response = caller.get("/api/echo/v1/broken/lost")
    connection.close()
    assert problem(response)["status"] == 503
    assert int(response["Retry-After"]) > 0


def test_errors_point_into_nested_bodies() -> None:
    found = pointers({"lines": [{}, {"a/b": ["bad"]}], "non_field_errors": ["odd"], "tags": {1: ["long"]}})
    assert found == [
        {"pointer": "/lines/1/a~1b", "detail": "bad"},
        {"pointer": "", "detail": "odd"},
        {"pointer": "/tags/1", "detail": "long"},
    ]


def test_a_layer_above_says_what_its_own_exceptions_mean() -> None:
    class Fault(Exception):
        pass

    class WorseFault(Fault):
        pass

    translate(Fault, lambda exc: DomainError(str(exc)).problem())
    told = describe(WorseFault("closed"))
    assert told is not None
    assert told.detail == "closed"


@pytest.mark.parametrize("path", ["/api/%00", "/api/echo/v1/echoes/%EF%BC%97", "/api/%ff", "/api/" + "a" * 5000])
def test_odd_paths_are_not_found(caller: Caller, path: str) -> None:
    assert problem(caller.get(path))["status"] == 404


def test_a_foreign_host_is_refused_as_a_problem(caller: Caller) -> None:
    assert problem(caller.get("/api/echo/v1/echoes?sku=A", Host="evil.example"))["status"] == 400


def test_problems_are_plain_ascii_whatever_was_sent(caller: Caller) -> None:
    response: Any = caller.post("/api/echo/v1/echoes", '{"wörd\\n": 1}'.encode())
    response.content.decode("ascii")
    assert json.loads(response.content)["errors"]
