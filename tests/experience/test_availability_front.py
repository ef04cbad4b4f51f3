"""The front ahead of Django: the same bytes as the view, and the view's turn whenever anything is unusual."""

import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from experience_apis.availability import keeper
from experience_apis.storefront.front import PATH, Front
from process_apis.catalog.models import Channel
from retail_platform.kernel import valkey
from retail_platform.kernel.identity import queries as identity
from tests.callers import a_key
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db
CHANGING = {"X-Request-ID", "RateLimit", "Content-Length"}  # the length follows from how long as_of and the age are
Ask = Callable[..., "Answer"]


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes, by: str) -> None:
        self.status, self.headers, self.body, self.by = int(status[:3]), dict(headers), body, by

    @property
    def lasting(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name not in CHANGING}

    @property
    def items(self) -> bytes:
        return self.body.partition(b'"items":')[2]


@pytest.fixture(autouse=True)
def _copied(settings: Any) -> Iterator[None]:
    settings.AVAILABILITY_PREFIX = f"test-{uuid.uuid4().hex[:8]}"
    identity.forget()
    a_catalog(skus=["BOOT-42", "BOOT-43", "BOOT/44.5"], stores=2)
    on_hand({"BOOT-42": 10, "BOOT-43": 3, "BOOT/44.5": 1})
    carry_facts()
    keeper.follow()
    yield
    for key in valkey.client().scan_iter(match=f"{settings.AVAILABILITY_PREFIX}:*"):
        valkey.client().delete(key)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request must not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key() -> str:
    return a_key(name=f"shop-{uuid.uuid4().hex[:8]}")


@pytest.fixture(params=["exact", "copy"])
def ask(request: pytest.FixtureRequest, key: str) -> Ask:
    django = get_wsgi_application()
    handed_on: list[str] = []

    def behind(environ: dict[str, Any], start_response: Any) -> Any:
        handed_on.append("django")
        return django(environ, start_response)

    front = Front(behind, mode=request.param)

    def ask(query: str, *, by: str = "front", method: str = "GET", path: str = PATH, **headers: str) -> Answer:
        environ = an_environ(query, method=method, path=path, key=key) | headers
        began: list[Any] = []
        handed_on.clear()
        application = front if by == "front" else django
        answer = application(environ, lambda status, fields, *_: began.extend((status, fields)))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return Answer(*began, body, by="django" if handed_on else by)

    ask("sku=BOOT-42&channel=web")  # Django learns who this is; from here on the front knows
    return ask


def an_environ(query: str, *, method: str, path: str, key: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


QUESTIONS = [
    "sku=BOOT-42&channel=web",
    "channel=web&sku=BOOT-42",
    "sku=BOOT-43&sku=BOOT-42&channel=web",
    "sku=BOOT-42&sku=BOOT-43&sku=BOOT-42&channel=web",
    "sku=BOOT%2F44.5&channel=web",
    "sku=%42OOT-42&channel=w%65b",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_front_says_what_django_says(ask: Ask, query: str) -> None:
    mine, django = ask(query), ask(query, by="django")
    assert (mine.by, mine.status, mine.items, mine.lasting) == ("front", 200, django.items, django.lasting)


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_front_answers_in_the_same_shape(ask: Ask, query: str) -> None:
    mine, django = json.loads(ask(query).body), json.loads(ask(query, by="django").body)
    assert list(mine) == list(django) == ["channel", "as_of", "age_ms", "items"]


def test_both_count_against_one_budget(ask: Ask) -> None:
    left = [ask("sku=BOOT-42&channel=web", by=by).headers["RateLimit"].split(";")[1] for by in ("front", "django")]
    assert int(left[0][2:]) > int(left[1][2:])


def test_who_has_the_answer_already_is_told_so_by_both_alike(ask: Ask) -> None:
    etag = ask("sku=BOOT-42&channel=web").headers["ETag"]
    mine, django = (ask("sku=BOOT-42&channel=web", by=by, HTTP_IF_NONE_MATCH=etag) for by in ("front", "django"))
    assert (mine.by, mine.status, mine.body, mine.lasting) == ("front", django.status, django.body, django.lasting)


def test_who_has_an_older_answer_gets_the_new_one(ask: Ask) -> None:
    etag = ask("sku=BOOT-42&channel=web").headers["ETag"]
    on_hand({"BOOT-42": 1}, node="STORE-001")
    carry_facts()
    keeper.follow()
    answer = ask("sku=BOOT-42&channel=web", by="django", HTTP_IF_NONE_MATCH=etag)
    assert (answer.status, answer.headers["ETag"] != etag) == (200, True)


def test_the_callers_own_trace_comes_back(ask: Ask) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = ask("sku=BOOT-42&channel=web", HTTP_TRACEPARENT=f"00-{trace}-b7ad6b7169203331-01")
    assert (answer.by, answer.headers["X-Request-ID"]) == ("front", trace)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("sku=BOOT-42", 400),
        ("channel=web", 400),
        ("sku=&channel=web", 400),
        ("sku=BOOT-42&channel=web&colour=red", 400),
        ("sku=BOOT-42&channel=web&channel=web", 400),
        ("sku=BOOT-42&channel=nope", 404),
        ("sku=NONE&channel=web", 200),
        ("sku=BOOT-42%0A&channel=web", 200),
        ("&".join(["sku=BOOT-42"] * 201) + "&channel=web", 400),
    ],
)
def test_an_unusual_question_is_djangos(ask: Ask, query: str, status: int) -> None:
    answer = ask(query)
    assert (answer.by, answer.status) == ("django", status)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_AUTHORIZATION": "Bearer rp_unknown_x"}, 401),
        ({"HTTP_AUTHORIZATION": ""}, 401),
        ({"HTTP_AUTHORIZATION": "Basic eDp5"}, 401),
        ({"HTTP_HOST": "evil.example"}, 400),
        ({"HTTP_ACCEPT": "text/html"}, 406),
        ({"HTTP_IF_NONE_MATCH": "*"}, 304),
        ({"CONTENT_LENGTH": "3"}, 200),
    ],
)
def test_an_unusual_request_is_djangos(ask: Ask, headers: dict[str, str], status: int) -> None:
    answer = ask("sku=BOOT-42&channel=web", **headers)
    assert (answer.by, answer.status) == ("django", status)


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_every_other_method_is_djangos(ask: Ask, method: str) -> None:
    assert ask("sku=BOOT-42&channel=web", method=method).by == "django"


def test_another_path_is_djangos(ask: Ask) -> None:
    assert ask("sku=BOOT-42&channel=web", path=PATH + "/").by == "django"


def test_a_key_in_a_header_of_its_own_is_known_too(ask: Ask, key: str) -> None:
    assert ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION="", HTTP_X_API_KEY=key).by == "front"


def test_a_channel_of_others_is_not_there(ask: Ask) -> None:
    Channel.objects.create(code="app", name="App", currency="EUR")
    mine = a_key(name=f"app-{uuid.uuid4().hex[:8]}", channels=["app"])
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {mine}") for _ in range(2)]
    assert [answer.status for answer in asked] == [404, 404]


def test_a_caller_without_the_scope_is_refused(ask: Ask) -> None:
    other = a_key(name=f"till-{uuid.uuid4().hex[:8]}", scopes=["stores.read"])
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {other}") for _ in range(2)]
    assert [answer.status for answer in asked] == [403, 403]


def test_a_budget_is_never_exceeded_and_the_answer_past_it_is_djangos(ask: Ask) -> None:
    poor = a_key(name=f"poor-{uuid.uuid4().hex[:8]}", per_minute=5)
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {poor}") for _ in range(8)]
    assert [answer.status for answer in asked] == [200] * 5 + [429] * 3


def test_a_closed_channel_answers_404_once_the_copy_has_heard(ask: Ask) -> None:
    Channel.objects.update(active=False)
    keeper.follow()
    assert ask("sku=BOOT-42&channel=web").status in (200, 404)
