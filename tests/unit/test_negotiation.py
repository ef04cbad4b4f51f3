"""Callers who take JSON in whatever words are answered; the rest are told that nothing else is spoken."""

import pytest

from tests.callers import Caller, a_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.echo_urls")]
ECHO = "/api/echo/v1/echoes?sku=A"


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "application/*", "text/html, application/json;q=0.5", "application/json; indent=2"],
)
def test_json_is_taken_for_whatever_allows_it(accept: str) -> None:
    answer = Caller(a_key()).get(ECHO, Accept=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_without_accept_the_answer_is_json() -> None:
    assert Caller(a_key()).get(ECHO)["Content-Type"] == "application/json"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense"])
def test_nothing_but_json_is_spoken(accept: str) -> None:
    assert Caller(a_key()).get(ECHO, Accept=accept).status_code == 406
