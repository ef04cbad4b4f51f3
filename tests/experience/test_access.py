"""Who gets where: without a key, with a key that lacks a scope, by somebody else's cookie or id: nowhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from process_apis.orders import services as orders
from retail_platform.docs.layers import Layer
from retail_platform.kernel.identity.scopes import SCOPES
from tests.callers import Caller, a_key, problem
from tests.factories import a_catalog, an_order
from tests.operations import each_layer, operations

pytestmark = pytest.mark.django_db
PUBLIC = {
    "", "livez", "readyz", "status", "docs", "docs/", "docs/<slug:layer>", "api/<slug:layer>/schema.json", "problems/",
    "problems/<slug:kind>", "admin/login/", "track/",
}  # fmt: skip
BY_LINK = {"track/<str:token>", "track/<str:token>/version"}  # the address itself is the key
ONE_OF_EACH = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "layer": "experience", "kind": "not-found"}


def routes(entries: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the address table, as it is written there."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = prefix + (str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else "")
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        elif isinstance(entry.pattern, RoutePattern):
            yield route


def path_of(route: str) -> str:
    """An address that a route leads from."""

    def some(match: re.Match[str]) -> str:
        converter, name = match.groups()
        return ONE_OF_EACH.get(name) or ONE_OF_EACH.get(converter or "", "nothing")

    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", some, route)


def is_refused(answer: Any) -> bool:
    """Whether an answer says no more than: not without signing in."""
    to_the_login = answer.status_code == 302 and answer["Location"].startswith("/admin/")
    return to_the_login or answer.status_code in (401, 403, 405)


def test_nobody_gets_beyond_the_public_pages_without_saying_who_they_are() -> None:
    nobody = Client(raise_request_exception=False)
    closed = [route for route in routes() if route not in PUBLIC | BY_LINK]
    assert len(closed) > 60
    answers = {route: (nobody.get(path_of(route)), nobody.post(path_of(route))) for route in closed}
    assert [route for route, (got, _) in answers.items() if not is_refused(got)] == []
    not_refused = {route: posted.status_code for route, (_, posted) in answers.items() if not is_refused(posted)}
    assert not_refused == {"oauth/token": 400, "oauth/revoke": 400}  # they ask for credentials in the form itself


def test_the_public_pages_are_open() -> None:
    nobody = Client(raise_request_exception=False)
    assert {route for route in PUBLIC if nobody.get(path_of(route)).status_code not in (200, 302)} == set()


def test_a_link_that_nobody_made_opens_nothing() -> None:
    nobody = Client(raise_request_exception=False)
    assert {nobody.get(path_of(route)).status_code for route in BY_LINK} == {404}


@pytest.mark.parametrize(
    ("path", "form"),
    [("/oauth/token", {"grant_type": "client_credentials"}), ("/oauth/revoke", {"token": "somebody-elses"})],
)
def test_the_pages_for_tokens_give_a_stranger_nothing(path: str, form: dict[str, str]) -> None:
    answer = Client().post(path, form)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@each_layer
def test_no_operation_answers_without_a_key(layer: Layer) -> None:
    for operation in operations(layer):
        assert problem(operation.send(Caller()))["status"] == 401, operation.path


@each_layer
def test_no_operation_answers_a_key_that_nobody_made(layer: Layer) -> None:
    stranger = Caller("rp_abcdefgh_" + "x" * 43)
    for operation in operations(layer):
        assert problem(operation.send(stranger))["status"] == 401, operation.path


@each_layer
def test_no_operation_answers_a_key_without_its_scope(layer: Layer) -> None:
    for operation in operations(layer):
        answer = problem(operation.send(Caller(a_key(scopes=set(SCOPES) - operation.scopes))))
        assert answer["status"] == 403, operation.path
        assert operation.scope in answer["detail"], operation.path


@each_layer
def test_every_operation_lets_its_own_scope_in_and_asks_for_no_other(layer: Layer) -> None:
    for operation in operations(layer):
        own = Caller(a_key(scopes=[operation.scope]))
        assert str(operation.send(own).status_code) in set(operation.responses) - {"401", "403"}, operation.path


@each_layer
def test_no_operation_answers_to_a_cookie(layer: Layer, admin_client: Client) -> None:
    caller = Caller()
    caller.http.cookies = admin_client.cookies
    for operation in operations(layer):
        assert problem(operation.send(caller))["status"] == 401, operation.path


@pytest.mark.parametrize(
    "address",
    [
        "/api/experience/storefront/v1/orders/{}",
        "/api/process/order_to_cash/v1/orders/{}",
        "/api/process/order_to_cash/v1/orders/{}/trace",
    ],
)
def test_somebody_elses_order_is_like_none(address: str) -> None:
    a_catalog()
    orders.place(an_order())
    stranger = Caller(a_key(name="other", channels=["elsewhere"]))

    def told(number: str) -> dict[str, Any]:
        said = problem(stranger.get(address.format(number)))
        return {name: str(value).replace(number, "…") for name, value in said.items() if name != "correlation_id"}

    assert told("W-1001") == told("W-9999")


def test_a_form_of_another_site_changes_nothing_in_the_admin() -> None:
    User.objects.create_superuser("root", password="a long enough one")
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.login(username="root", password="a long enough one")
    paths = {path_of(route) for route in routes() if route.startswith("admin/")}
    assert len(paths) > 40
    assert {path for path in paths if browser.post(path, {"post": "yes"}).status_code != 403} == set()
