"""What the documents show works: every example, pasted into a freshly seeded demonstration, is answered as promised."""

import pytest
from openapi_schema_validator import OAS31Validator

from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer
from tests.callers import Caller, a_key
from tests.operations import each_layer, every_scope, operations


@pytest.fixture
def reader(demo: None) -> Caller:
    """Somebody who reads the docs of a demonstration, with a key as the landing page makes it."""
    return Caller(a_key(name="reader", scopes=every_scope))


@each_layer
def test_every_example_of_a_request_works(layer: Layer, reader: Caller) -> None:
    failed = []
    for operation in operations(layer):
        address = operation.address()
        answers = [
            reader.post(address, body, key=key)
            for key, body in zip(operation.keys, operation.bodies.values(), strict=False)
        ] or [reader.get(address)]
        for answer in answers:
            if answer.status_code != operation.promised:
                failed.append(f"{operation.method} {address}: {answer.status_code} {answer.content.decode()[:300]}")
    assert not failed, "\n".join(failed)


@each_layer
def test_there_is_a_key_for_every_example_of_a_body(layer: Layer) -> None:
    assert all(len(operation.keys) >= len(operation.bodies) for operation in operations(layer))


@each_layer
def test_what_an_example_asks_for_is_there(layer: Layer, reader: Caller) -> None:
    nothing = []
    for operation in operations(layer):
        if operation.method == "get":
            answer = reader.get(operation.address()).json()
            lists = [name for name in ("items", "levels", "shipments", "accounts") if answer.get(name) == []]
            nothing += [f"{operation.address()}: no {name}" for name in lists]
    assert not nothing, "\n".join(nothing)


@each_layer
def test_every_example_of_an_answer_has_the_documented_shape(layer: Layer) -> None:
    components = openapi.document(layer)["components"]
    wrong = []
    for operation in operations(layer):
        for status, response in operation.responses.items():
            for content in response.get("content", {}).values():
                validator = OAS31Validator({**content["schema"], "components": components})
                for name, shown in content.get("examples", {}).items():
                    where = f"{operation.method} {operation.path} {status}, {name}"
                    wrong += [f"{where}: {e.json_path} {e.message}" for e in validator.iter_errors(shown["value"])]
    assert not wrong, "\n".join(wrong)
