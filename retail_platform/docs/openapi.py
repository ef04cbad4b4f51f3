"""One OpenAPI 3.1 document for each layer, generated once in a process."""

from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from retail_platform.docs.layers import Layer

_one_at_a_time = Lock()  # the generator's settings are global to the process


def patterns(layer: str) -> list[URLPattern | URLResolver]:
    """The routes of one layer, from the address table."""
    prefix = f"api/{layer}/"
    return [entry for entry in import_module(settings.ROOT_URLCONF).urlpatterns if str(entry.pattern) == prefix]


def generate(layer: Layer) -> dict[str, Any]:
    """The document of a layer, made anew."""
    words = {
        "TITLE": f"Retail Platform: {layer.title}",
        "DESCRIPTION": f"{layer.purpose}\n\nFor {layer.audience}.",
        "TAGS": [{"name": name, "description": sentence} for name, sentence in layer.chapters],
    }
    with _one_at_a_time, patched_settings(words):
        document: dict[str, Any] = SchemaGenerator(patterns=patterns(layer.name)).get_schema(request=None, public=True)
    return document


@cache
def document(layer: Layer) -> dict[str, Any]:
    """The document of a layer, as served."""
    return generate(layer)
