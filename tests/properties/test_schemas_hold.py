"""Whatever is sent to any operation of any layer, the answer is one that its OpenAPI document promised."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from experience_apis.storefront import examples
from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer
from retail_platform.wsgi import application
from tests.callers import a_key
from tests.operations import each_layer, every_scope

pytestmark = pytest.mark.timeout(400 if "SCHEMA_EXAMPLES" not in os.environ else 3600)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, ignored_auth,
]  # fmt: skip
bounded = settings(
    max_examples=int(os.environ.get("SCHEMA_EXAMPLES", "8")),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a failing request is short enough to read, and shrinking would cost minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def key(demo: None) -> Iterator[str]:
    """A key for everything, on a platform with something of everything."""
    with _connection_kept():
        yield a_key(name="explorer", scopes=every_scope)


@contextmanager
def _connection_kept() -> Iterator[None]:
    """As Django's own test client has it: a request must not close the connection that holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@each_layer
def test_every_operation_of_a_layer_answers_as_documented(layer: Layer, key: str) -> None:
    schema = schemathesis.openapi.from_dict(openapi.document(layer))
    schema.app = application
    broken: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # the document is valid, another test sees to that
        for mode in GenerationMode:
            try:
                _explore(operation, mode, key)
            except (AssertionError, BaseExceptionGroup) as failure:
                broken.append(f"{operation.label}, {mode.value} data: {_told(failure)}")
    assert not broken, "\n\n".join(broken)


def _explore(operation: Any, mode: GenerationMode, key: str) -> None:
    """Send requests made from the document, as it says or as it says not, half of them about what is really there."""
    known = {
        parameter["name"]: parameter["example"]
        for parameter in operation.definition.raw.get("parameters", [])
        if "example" in parameter
    }

    @bounded
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def explore(case: Any, about_what_is_there: bool) -> None:
        if about_what_is_there:
            _aim(case, known)
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    explore()


def _aim(case: Any, known: dict[str, Any]) -> None:
    """Ask for ids, and of places and goods, that the demonstration has."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    for name in {"channel", "entity", "node"} & set(case.query or {}):
        case.query[name] = known[name]
    if isinstance(case.body, dict) and isinstance(case.body.get("ship_to"), dict):
        goods = {name: examples.ORDER[name] for name in ("channel", "lines")}
        case.body = {**case.body, **goods, "ship_to": {**case.body["ship_to"], "country": "DE"}}
        case.body.pop("expected_total", None)


def _told(failure: BaseException) -> str:
    inner = getattr(failure, "exceptions", ())
    return " | ".join(f"{type(one).__name__} {one} {vars(one)}"[:2000] for one in inner or [failure])
