"""The front ahead of Django: the same bytes as the view, and the view's turn whenever anything is unusual."""

import json
import uuid

import pytest

from experience_apis.availability import keeper
from experience_apis.storefront.front import PATH
from process_apis.catalog.models import Channel
from tests.callers import a_key
from tests.experience.asking import Asking
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, on_hand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _copied(own_copy: str, one_connection: None) -> None:
    a_catalog(skus=["BOOT-42", "BOOT-43", "BOOT/44.5"], stores=2)
    on_hand({"BOOT-42": 10, "BOOT-43": 3, "BOOT/44.5": 1})
    carry_facts()
    keeper.follow()


@pytest.fixture
def key() -> str:
    return a_key(name=f"shop-{uuid.uuid4().hex[:8]}")


@pytest.fixture(params=["exact", "copy"])
def ask(request: pytest.FixtureRequest, key: str) -> Asking:
    asking = Asking(mode=request.param, key=key)
    asking("sku=BOOT-42&channel=web")  # Django learns who this is; from here on the front knows
    return asking


QUESTIONS = [
    "sku=BOOT-42&channel=web",
    "channel=web&sku=BOOT-42",
    "sku=BOOT-43&sku=BOOT-42&channel=web",
    "sku=BOOT-42&sku=BOOT-43&sku=BOOT-42&channel=web",
    "sku=BOOT%2F44.5&channel=web",
    "sku=%42OOT-42&channel=w%65b",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_front_says_what_django_says(ask: Asking, query: str) -> None:
    mine, django = ask(query), ask(query, by="django")
    assert (mine.by, mine.status, mine.items, mine.lasting) == ("front", 200, django.items, django.lasting)


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_front_answers_in_the_same_shape(ask: Asking, query: str) -> None:
    mine, django = json.loads(ask(query).body), json.loads(ask(query, by="django").body)
    assert list(mine) == list(django) == ["channel", "as_of", "age_ms", "items"]


def test_both_count_against_one_budget(ask: Asking) -> None:
    left = [ask("sku=BOOT-42&channel=web", by=by).headers["RateLimit"].split(";")[1] for by in ("front", "django")]
    assert int(left[0][2:]) > int(left[1][2:])


def test_who_has_the_answer_already_is_told_so_by_both_alike(ask: Asking) -> None:
    etag = ask("sku=BOOT-42&channel=web").headers["ETag"]
    mine, django = (ask("sku=BOOT-42&channel=web", by=by, HTTP_IF_NONE_MATCH=etag) for by in ("front", "django"))
    assert (mine.by, mine.status, mine.body, mine.lasting) == ("front", django.status, django.body, django.lasting)


def test_who_has_an_older_answer_gets_the_new_one(ask: Asking) -> None:
    etag = ask("sku=BOOT-42&channel=web").headers["ETag"]
    on_hand({"BOOT-42": 1}, node="STORE-001")
    carry_facts()
    keeper.follow()
    answer = ask("sku=BOOT-42&channel=web", by="django", HTTP_IF_NONE_MATCH=etag)
    assert (answer.status, answer.headers["ETag"] != etag) == (200, True)


def test_the_callers_own_trace_comes_back(ask: Asking) -> None:
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
def test_an_unusual_question_is_djangos(ask: Asking, query: str, status: int) -> None:
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
def test_an_unusual_request_is_djangos(ask: Asking, headers: dict[str, str], status: int) -> None:
    answer = ask("sku=BOOT-42&channel=web", **headers)
    assert (answer.by, answer.status) == ("django", status)


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_every_other_method_is_djangos(ask: Asking, method: str) -> None:
    assert ask("sku=BOOT-42&channel=web", method=method).by == "django"


def test_another_path_is_djangos(ask: Asking) -> None:
    assert ask("sku=BOOT-42&channel=web", path=PATH + "/").by == "django"


def test_a_key_in_a_header_of_its_own_is_known_too(ask: Asking, key: str) -> None:
    assert ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION="", HTTP_X_API_KEY=key).by == "front"


def test_a_channel_of_others_is_not_there(ask: Asking) -> None:
    Channel.objects.create(code="app", name="App", currency="EUR")
    mine = a_key(name=f"app-{uuid.uuid4().hex[:8]}", channels=["app"])
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {mine}") for _ in range(2)]
    assert [answer.status for answer in asked] == [404, 404]


def test_a_caller_without_the_scope_is_refused(ask: Asking) -> None:
    other = a_key(name=f"till-{uuid.uuid4().hex[:8]}", scopes=["stores.read"])
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {other}") for _ in range(2)]
    assert [answer.status for answer in asked] == [403, 403]


def test_a_budget_is_never_exceeded_and_the_answer_past_it_is_djangos(ask: Asking) -> None:
    poor = a_key(name=f"poor-{uuid.uuid4().hex[:8]}", per_minute=5)
    asked = [ask("sku=BOOT-42&channel=web", HTTP_AUTHORIZATION=f"Bearer {poor}") for _ in range(8)]
    assert [answer.status for answer in asked] == [200] * 5 + [429] * 3


def test_a_closed_channel_answers_404_once_the_copy_has_heard(ask: Asking) -> None:
    Channel.objects.update(active=False)
    keeper.follow()
    assert ask("sku=BOOT-42&channel=web").status in (200, 404)
