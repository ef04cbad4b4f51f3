"""Every operation of a layer, as its OpenAPI document shows it: with ids, a query and bodies to try."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer, served
from tests.callers import Caller

_NAMES_ANOTHER = {"belongs_to"}  # another line of the same order, which an example of one line has not
each_layer = pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)
_PLAIN = {"string": "x", "integer": 1, "boolean": True, "array": []}
_PLAIN_OF = {"date-time": "2026-03-01T09:30:00Z", "date": "2026-03-01", "uuid": "00000000-0000-4000-8000-000000000000"}
every_scope = [scope for layer in served() for scope in layer.scopes]


@dataclass(frozen=True)
class Operation:
    """One operation; `bodies` are its examples by name, `keys` those of its Idempotency-Key, `body` has every field.

    `scopes`: any of them lets a caller in, `scope` is the first. `needs_body`: an empty one lacks something.
    """

    method: str
    path: str
    scope: str
    scopes: frozenset[str]
    promised: int
    ids: dict[str, Any]
    query: dict[str, Any]
    keys: list[str]
    bodies: dict[str, Any]
    body: Any
    needs_body: bool
    responses: dict[str, Any]

    def address(self, *, ids: dict[str, str] | None = None, query: str | None = None) -> str:
        """Its address by the examples; `ids` and `query`, quoted already, in place of those."""
        plain = {name: quote(str(value), safe="") for name, value in self.ids.items()}
        asked = urlencode(self.query, doseq=True) if query is None else query
        return self.path.format(**{**plain, **(ids or {})}) + (f"?{asked}" if asked else "")

    def send(self, caller: Caller, *, address: str = "", **headers: str) -> Any:
        """The answer to its example."""
        if self.method == "get":
            return caller.get(address or self.address(), **headers)
        return caller.post(address or self.address(), next(iter(self.bodies.values())), **headers)


def operations(layer: Layer) -> Iterator[Operation]:
    """All that a layer can do."""
    document = openapi.document(layer)
    for path, item in document["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield _read(method, path, item[method], document["components"]["schemas"])


def _read(method: str, path: str, shown: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    parameters: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for each in shown.get("parameters", []):
        values = [example["value"] for example in each.get("examples", {}).values()]
        parameters[each["in"]][each["name"]] = values or each["example"]
    content = shown.get("requestBody", {}).get("content", {}).get("application/json", {})
    bodies = {name: example["value"] for name, example in content.get("examples", {}).items()}
    return Operation(
        method=method,
        path=path,
        scope=shown["security"][0]["oauth2"][0],
        scopes=frozenset(scope for each in shown["security"] for scope in each.get("oauth2", ())),
        promised=min(int(status) for status in shown["responses"] if status.startswith("2")),
        ids=parameters["path"],
        query=parameters["query"],
        keys=parameters["header"].get("Idempotency-Key", []),
        bodies=bodies,
        body=_complete(list(bodies.values())[-1], content["schema"], schemas) if bodies else None,
        needs_body=bool(_meant(content.get("schema", {}), schemas).get("required")),
        responses=shown["responses"],
    )


def _meant(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    for choice in (schema, *schema.get("allOf", ()), *schema.get("oneOf", ())[:1]):
        if "$ref" in choice:
            schema = schemas[choice["$ref"].rsplit("/", 1)[1]]
    return schema


def _complete(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example with something in every field that it leaves out."""
    schema = _meant(schema, schemas)
    if schema.get("type") == "object":
        given = value or {}
        left_out = _NAMES_ANOTHER - given.keys()
        inside = {name: inner for name, inner in schema.get("properties", {}).items() if name not in left_out}
        apart = set(schema.get("not", {}).get("required", ()))
        if apart & given.keys():
            inside = {name: inner for name, inner in inside.items() if name not in apart - given.keys()}
        return {name: _complete(given.get(name), inner, schemas) for name, inner in inside.items()}
    if schema.get("type") == "array" and (value or schema.get("minItems")):
        return [_complete(item, schema["items"], schemas) for item in value or [None]]
    if value is not None:
        return value
    shown = [*schema.get("examples", ()), *schema.get("enum", ())]
    shown.append(_PLAIN_OF.get(schema.get("format", "")) or _PLAIN[schema["type"]])
    return schema.get("default", shown[0])
