"""Who gets in, by which proof, and how far."""

import base64
import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from oauth2_provider.models import get_access_token_model, get_application_model
from rest_framework.views import APIView

from retail_platform.kernel import clock
from retail_platform.kernel.identity import queries, services
from retail_platform.kernel.identity.models import ApiKey
from retail_platform.kernel.identity.permissions import HasScope
from retail_platform.kernel.identity.scopes import SCOPES
from tests.callers import Caller, a_key, problem

pytestmark = pytest.mark.django_db
echo = pytest.mark.urls("tests.echo_urls")
HEAR = "/api/echo/v1/echoes?sku=A"


@pytest.fixture(autouse=True)
def _fresh_memory() -> None:
    queries.forget()


def a_token(*, scopes: list[str], asked: str = "") -> Any:
    client = services.ensure_client(name="service", scopes=scopes)
    client_id, secret = services.make_oauth(client=client)
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"} | ({"scope": asked} if asked else {})
    return Caller().http.post("/oauth/token", form, headers={"Authorization": f"Basic {basic}"})


@echo
def test_a_key_lets_in_as_bearer_and_as_its_own_header() -> None:
    key = a_key()
    assert Caller(key).get(HEAR).status_code == 200
    assert Caller().get(HEAR, X_API_Key=key).status_code == 200


@echo
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Bearer rp_", "Bearer rp_aaaaaaaa_b", "Bearer rp_\x00_b",
                                  "Bearer " + "a" * 9000, "Basic YTpi", "Bearer rp_ä_ö"])  # fmt: skip
def test_anything_else_is_asked_who_it_is(sent: str) -> None:
    response = Caller().get(HEAR, Authorization=sent)
    assert problem(response)["status"] == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


@echo
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "PROPFIND"])
def test_a_method_that_is_not_there_is_refused_with_those_that_are(method: str) -> None:
    response = Caller(a_key()).http.generic(method, HEAR)
    assert problem(response)["status"] == 405
    assert response["Allow"] == "GET, HEAD, POST"


@echo
def test_a_cookie_alone_opens_no_api(admin_client: Any) -> None:
    assert admin_client.get(HEAR).status_code == 401


@echo
def test_a_scope_that_is_missing_is_named() -> None:
    told = problem(Caller(a_key(scopes=["system.read"])).get(HEAR))
    assert told["status"] == 403
    assert "storefront.read" in told["detail"]


@echo
def test_a_view_that_names_no_scope_is_closed() -> None:
    assert problem(Caller(a_key()).get("/api/echo/v1/open"))["status"] == 403


@echo
def test_a_revoked_key_is_refused_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(key := a_key())
    assert caller.get(HEAR).status_code == 200
    assert services.revoke_key(prefix=key.split("_")[1])
    later = queries.time.monotonic() + 5
    monkeypatch.setattr(queries.time, "monotonic", lambda: later)
    assert caller.get(HEAR).status_code == 401


@echo
def test_an_expired_key_is_refused() -> None:
    client = services.ensure_client(name="till", scopes=["storefront.read"])
    key = services.make_key(client=client, expires_at=clock.now() - timedelta(seconds=1))
    assert Caller(key).get(HEAR).status_code == 401


@echo
def test_a_key_never_exceeds_its_client() -> None:
    client = services.ensure_client(name="till", scopes=["system.read"])
    assert Caller(services.make_key(client=client, scopes=["storefront.read"])).get(HEAR).status_code == 403


def test_only_the_digest_of_a_key_is_kept() -> None:
    key = a_key()
    row = ApiKey.objects.get()
    assert bytes(row.digest) == sha256(key.encode()).digest()
    assert key.split("_", 2)[2] not in json.dumps(str(vars(row)))


@echo
def test_a_service_trades_its_secret_for_a_token_that_lets_it_in() -> None:
    answer = a_token(scopes=["storefront.read"]).json()
    assert Caller(answer["access_token"]).get(HEAR).status_code == 200
    assert answer["expires_in"] == 900


@echo
def test_a_service_gets_no_scope_beyond_its_own() -> None:
    response = a_token(scopes=["storefront.read"], asked="operations.write")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")


@echo
def test_only_digests_of_tokens_and_secrets_are_kept() -> None:
    token = a_token(scopes=["storefront.read"]).json()["access_token"]
    row = get_access_token_model().objects.get()
    assert token not in (row.token, row.token_checksum)
    assert get_application_model().objects.get().client_secret.startswith("pbkdf2_")


@echo
def test_guessing_secrets_ends_after_ten_tries_in_a_minute() -> None:
    http = Caller().http
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    told = [http.post("/oauth/token", form, REMOTE_ADDR="203.0.113.7").status_code for _ in range(14)]
    assert told[-1] == 429
    assert told.count(401) <= 10


@echo
@pytest.mark.parametrize(
    "form", [{}, {"grant_type": "password"}, {"grant_type": "client_credentials", "client_id": "\x00"}]
)
def test_a_token_request_that_makes_no_sense_is_refused(form: dict[str, str]) -> None:
    assert Caller().http.post("/oauth/token", form, REMOTE_ADDR="203.0.113.8").status_code in (400, 401)


def test_the_command_prints_a_key_once_and_widens_the_client() -> None:
    out = StringIO()
    call_command("make_key", "--client", "till-7", "--scope", "storefront.read", stdout=out, stderr=StringIO())
    call_command("make_key", "--client", "till-7", "--scope", "system.read", stdout=StringIO(), stderr=StringIO())
    principal = queries.principal_of(out.getvalue().strip(), now=clock.now())
    assert principal is not None
    assert principal.scopes == {"storefront.read"}


def test_a_principal_sees_its_own_stores_only() -> None:
    principal = queries.principal_of(a_key(stores=["S1"]), now=clock.now())
    assert principal is not None
    assert (principal.sees_store("S1"), principal.sees_store("S2"), principal.sees_channel("web")) == (
        True,
        False,
        True,
    )


def test_every_view_of_every_layer_names_a_known_scope_for_each_method() -> None:
    views = list(_api_views(get_resolver().url_patterns, ""))
    assert views
    for route, view in views:
        methods = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
        scopes = getattr(view, "required_scopes", {})
        assert HasScope in view.permission_classes, route
        assert {scopes.get(method) for method in methods} <= set(SCOPES), route


def _api_views(entries: list[Any], prefix: str) -> Any:
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("admin"):
                yield from _api_views(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and issubclass(getattr(entry.callback, "cls", object), APIView):
            yield route, entry.callback.cls  # type: ignore[attr-defined]
        elif route.startswith("api/"):
            assert entry.name == "schema", f"{route} is open to everybody"
