"""Anonymous callers learn whether we are well; who may, learns why not."""

import uuid

import pytest
from django.test import Client

from retail_platform.kernel import health
from retail_platform.kernel.health import registry, views
from tests.callers import Caller, a_key, problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.echo_urls")]


@pytest.fixture(autouse=True)
def _own_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_checks", dict(registry._checks))


def test_liveness_asks_nobody(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert Caller().get("/livez").content == b"ok"


def test_readiness_is_one_query_once_migrations_are_applied(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    monkeypatch.setattr(views._Migrations, "applied", True)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert Caller().get("/readyz").status_code == 200


def test_a_database_that_lacks_a_migration_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views._Migrations, "applied", False)
    monkeypatch.setattr(views.MigrationExecutor, "migration_plan", lambda *_: [("orders", "0002")])
    response = Caller().get("/readyz")
    assert (problem(response)["status"], response["Retry-After"]) == (503, "2")


def test_a_stranger_gets_one_word() -> None:
    health.check("secret-check", lambda: health.Finding(ok=False, detail="queue at 10.0.0.7 is down"))
    assert Caller().get("/status").json() == {"status": "red"}
    assert Caller(a_key(scopes=["storefront.read"])).get("/status").json() == {"status": "red"}


def test_an_operator_gets_every_check() -> None:
    health.check("late-runs", lambda: health.Finding(ok=True, detail="none", value=0))
    checks = Caller(a_key()).get("/status").json()["checks"]
    assert checks["late-runs"] == {"ok": True, "detail": "none", "value": 0}
    assert {"broker", "outbox"} <= set(checks)


def test_a_check_that_breaks_is_red_and_breaks_nothing() -> None:
    def broken() -> health.Finding:
        raise RuntimeError("no such table")

    health.check("broken", broken)
    found = health.findings()
    assert (found["broken"].ok, found["broken"].detail) == (False, "could not be looked at: RuntimeError")


def test_metrics_are_for_operators() -> None:
    assert problem(Caller().get("/metrics"))["status"] == 401
    caller = Caller(a_key())
    caller.get(f"/api/echo/v1/echoes?sku={uuid.uuid4().hex}")
    text = caller.get("/metrics").content.decode()
    assert 'retail_check_ok{check="outbox"}' in text
    assert 'route="api/echo/v1/echoes",status="200"' in text


@pytest.mark.parametrize("address", ["/livez", "/readyz", "/status", "/metrics", "/oauth/token"])
def test_another_method_is_named_as_such_on_addresses_that_are_no_api(address: str) -> None:
    answer = Client(enforce_csrf_checks=True).put(address)
    assert problem(answer)["status"] == 405
    assert answer["Allow"]
