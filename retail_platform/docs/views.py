"""The landing page, Swagger UI from our own files, the documents, and what each kind of problem means."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from retail_platform.docs import openapi
from retail_platform.docs.layers import Layer, served
from retail_platform.docs.problems import kinds
from retail_platform.kernel.identity.scopes import SCOPES
from retail_platform.kernel.schema import EXAMPLE_KEYS


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What there is, and how to get in."""
    address = f"{request.scheme}://{request.get_host()}"
    shown = {"layers": served(), "scopes": SCOPES, "address": address, "experience": "experience" in settings.LAYERS}
    return render(request, "docs/landing.html", shown)


@require_safe
# no inline script, no eval: the page needs neither
@csp_replace({"script-src": [SELF]})  # type: ignore[arg-type]  # django-csp types views without arguments
def swagger(request: HttpRequest, layer: str) -> HttpResponse:
    """Every operation of a layer, to read and to try."""
    shown = {"layer": _layer(layer), "layers": served(), "example_keys": EXAMPLE_KEYS.values()}
    return render(request, "docs/swagger.html", shown)


@require_safe
def schema(request: HttpRequest, layer: str) -> JsonResponse:
    """The OpenAPI document of a layer."""
    return JsonResponse(openapi.document(_layer(layer)))


@require_safe
def problems(request: HttpRequest, kind: str = "") -> HttpResponse:
    """Every kind of problem, or one: the page a problem's `type` leads to."""
    known = kinds()
    if kind and kind not in known:
        raise Http404
    shown = {kind: known[kind]} if kind else dict(sorted(known.items()))
    return render(request, "docs/problems.html", {"kinds": shown.values(), "one": kind})


def _layer(name: str) -> Layer:
    for layer in served():
        if layer.name == name:
            return layer
    raise Http404
