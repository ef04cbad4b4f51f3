"""What the documents show works: every example, pasted into a freshly seeded demonstration, is answered as promised."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_schema_validator import OAS31Validator

from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer, served
from tests.callers import Caller, a_key
from tests.demonstration import demonstration
from tests.sandbox_process import SandboxProcess

each_layer = pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def reader(db: None, sandbox: SandboxProcess) -> Iterator[Caller]:
    """Somebody who reads the docs of a demonstration, with a key as the landing page makes it."""
    with demonstration(sandbox):
        yield Caller(a_key(name="reader", scopes=[scope for layer in served() for scope in layer.scopes]))


@each_layer
def test_every_example_of_a_request_works(layer: Layer, reader: Caller) -> None:
    failed = []
    for method, path, operation in operations(layer):
        promised = min(status for status in operation["responses"] if status.startswith("2"))
        for position, (name, body) in enumerate(bodies(operation)):
            address, headers = address_of(path, operation, position)
            if method == "get":
                answer = reader.get(address, **headers)
            else:
                answer = reader.post(address, body, key=headers["Idempotency-Key"])
            if str(answer.status_code) != promised:
                failed.append(f"{method} {address}, {name}: {answer.status_code} {answer.content.decode()[:300]}")
    assert not failed, "\n".join(failed)


@each_layer
def test_what_an_example_asks_for_is_there(layer: Layer, reader: Caller) -> None:
    nothing = []
    for method, path, operation in operations(layer):
        if method == "get":
            address, headers = address_of(path, operation, 0)
            answer = reader.get(address, **headers).json()
            nothing += [f"{address}: no {name}" for name in ("items", "levels", "shipments") if answer.get(name) == []]
    assert not nothing, "\n".join(nothing)


@each_layer
def test_every_example_of_an_answer_has_the_documented_shape(layer: Layer) -> None:
    document = openapi.document(layer)
    wrong = []
    for method, path, operation in operations(layer):
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                schema = {**content["schema"], "components": document["components"]}
                for name, shown in content.get("examples", {}).items():
                    errors = OAS31Validator(schema).iter_errors(shown["value"])
                    wrong += [f"{method} {path} {status}, {name}: {e.json_path} {e.message}" for e in errors]
    assert not wrong, "\n".join(wrong)


def operations(layer: Layer) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of everything a layer can do."""
    for path, item in openapi.document(layer)["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield method, path, item[method]


def bodies(operation: dict[str, Any]) -> list[tuple[str, Any]]:
    """(name, value) of each example of the body; one without a name where there is no body."""
    if "requestBody" not in operation:
        return [("", None)]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return [(name, example["value"]) for name, example in examples.items()]


def address_of(path: str, operation: dict[str, Any], position: int) -> tuple[str, dict[str, str]]:
    """The path with its ids and query, and the headers, as the examples of the parameters have them."""
    shown: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.get("parameters", []):
        shown[parameter["in"]][parameter["name"]] = _value(parameter, position)
    query = urlencode(shown["query"], doseq=True)
    return path.format(**shown["path"]) + (f"?{query}" if query else ""), shown["header"]


def _value(parameter: dict[str, Any], position: int) -> Any:
    if "examples" in parameter:
        return list(parameter["examples"].values())[position]["value"]
    return parameter["example"]
