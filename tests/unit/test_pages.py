"""Pages that miss nothing and repeat nothing, while rows come and go."""

from datetime import timedelta
from typing import Any

import pytest

from retail_platform.kernel import clock
from retail_platform.kernel.identity.models import Client
from tests.callers import Caller, a_key, problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.echo_urls")]
CLIENTS = "/api/echo/v1/clients"


@pytest.fixture
def caller() -> Caller:
    key = a_key(name="newest")
    now = clock.now()
    for number in range(9):  # three share each instant, so that the second column has to decide
        Client.objects.create(name=f"c{number}", scopes=[], created_at=now - timedelta(days=1 + number // 3))
    return Caller(key)


def walk(caller: Caller, limit: int) -> list[str]:
    names: list[str] = []
    cursor: Any = ""
    while cursor is not None:
        document = caller.get(f"{CLIENTS}?limit={limit}&cursor={cursor}").json()
        names += document["items"]
        cursor = document["next"]
    return names


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 10, 200])
def test_every_row_is_seen_once_whatever_the_page(caller: Caller, limit: int) -> None:
    assert walk(caller, limit) == ["newest", "c2", "c1", "c0", "c5", "c4", "c3", "c8", "c7", "c6"]


def test_a_row_that_comes_meanwhile_moves_nothing(caller: Caller) -> None:
    first = caller.get(f"{CLIENTS}?limit=4").json()
    Client.objects.create(name="even-newer", scopes=[])
    assert caller.get(f"{CLIENTS}?limit=4&cursor={first['next']}").json()["items"] == ["c5", "c4", "c3", "c8"]


@pytest.mark.parametrize("query", ["cursor=abc", "limit=0", "limit=201", "limit=x", "cursor=WyIxIl0:x:y"])
def test_a_cursor_or_limit_that_is_not_ours_is_refused(caller: Caller, query: str) -> None:
    assert problem(caller.get(f"{CLIENTS}?{query}"))["status"] == 400


def test_a_read_that_has_not_changed_is_not_sent_again(caller: Caller) -> None:
    first = caller.get(CLIENTS)
    again = caller.get(CLIENTS, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
