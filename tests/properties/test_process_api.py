"""Whatever is sent to the process layer, it answers as its document says, and never with an error of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from process_apis.cases import services as cases
from process_apis.cases.models import CaseKind
from process_apis.ledger import services as ledger
from process_apis.orders import services as orders
from process_apis.stock import services as stock
from retail_platform.wsgi import application
from tests.callers import a_key
from tests.engine import employ
from tests.factories import a_catalog, an_entry, an_order, on_hand

SHARES = 4  # that several runners may work at
DOCUMENTED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Requests leave the test's own connection open, as with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(one_connection: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A key that may do everything there, over books that hold one of each thing."""
    a_catalog()
    on_hand({"BOOT-42": 5})
    order, _ = orders.place(an_order(number="DEMO-1001"))
    stock.reserve(order_number=order.number, demands=[stock.Demand("1", "BOOT-42", "WH-1", 1)])
    ledger.book(an_entry(reference="SALE-INV-DEMO-1001-1"), order_number=order.number)
    cases.open_case(kind=CaseKind.CONTRACT, fingerprint="f", subject="inbox:1", title="unknown topic")
    workers = employ(monkeypatch)
    workers.go(workers.begin())
    return a_key(scopes=["process.read", "process.write"], per_minute=1_000_000)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_operation_answers_as_documented(share: int, key: str) -> None:
    """The examples, the boundaries and what lies beyond them, as `schema.parametrize()` makes them for each parameter,
    and values drawn by chance; more of those are in test_schemas_hold.

    They are made here and not when tests are collected: that is done by each parallel runner, and takes seconds.
    """
    schema = schemathesis.openapi.from_wsgi("/api/process/schema.json", application)
    learnt = FeedbackSources(constants_value_source=make_constants_value_source(schema))
    broken: list[str] = []
    for operation in [found.ok() for found in schema.get_all_operations()][share::SHARES]:
        ask = build_operation_test(
            config=schema.config, operation=operation, test_func=_ask, given_kwargs={}, feedback=learnt
        )
        with transaction.atomic():
            try:
                ask(key=key)
            except (AssertionError, BaseExceptionGroup) as failure:
                broken.append(f"{operation.label}: {failure}")
            transaction.set_rollback(True)
    assert not broken, "\n\n".join(broken)


@settings(
    max_examples=15, phases=[Phase.explicit, Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)
def _ask(case: Any, key: str) -> None:
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
    case.call_and_validate(checks=DOCUMENTED)
