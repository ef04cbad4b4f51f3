"""What an OpenAPI document of ours must hold besides being valid: every route, and an example for every operation."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import EndpointEnumerator
from openapi_spec_validator import OpenAPIV31SpecValidator

from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer

_METHODS = ("get", "post", "put", "patch", "delete")


def complaints(layer: Layer) -> list[str]:
    """Everything that is wrong with the document of a layer; an empty list is what we want."""
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        document = openapi.generate(layer)
    found = [f"warning: {message}" for cache in _drained() for message in cache]
    found += [f"not OpenAPI 3.1: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    found += [f"route not in the document: {path}" for path in sorted(_routes(layer.name) - set(document["paths"]))]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                found += [f"{method.upper()} {path}: {what}" for what in _missing(operation)]
    return found


def _drained() -> list[dict[str, Any]]:
    return [GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache]


def _routes(layer: str) -> set[str]:
    enumerator = EndpointEnumerator(patterns=openapi.patterns(layer))
    return {enumerator.get_path_from_regex(route) for route in _walk(openapi.patterns(layer), "")}


def _walk(entries: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for entry in entries:
        pattern = entry.pattern
        route = prefix + (str(pattern) if isinstance(pattern, RoutePattern) else pattern.regex.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        else:
            yield route


def _missing(operation: dict[str, Any]) -> Iterator[str]:
    if not operation.get("summary"):
        yield "no summary"
    for parameter in operation.get("parameters", []):
        if "example" not in parameter and not parameter.get("examples"):
            yield f"parameter {parameter['name']} has no example"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if not content.get("examples"):
            yield f"request body ({media_type}) has no example"
    for code, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            if not content.get("examples"):
                yield f"response {code} has no example"
