"""People who meet an error read a page that says what to do; programs read problem details."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_address_without_a_page_leads_on() -> None:
    answer = Client().get("/nothing/here")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content
    assert b'href="/docs/"' in answer.content


def test_the_same_for_a_program_is_a_problem() -> None:
    answer = Client().get("/api/nothing/here")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("page", ["403.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing_to_be_shown(page: str, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert "Retail Platform" in render_to_string(page)
