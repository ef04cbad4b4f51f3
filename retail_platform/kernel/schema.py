"""What every operation has in common, written into the OpenAPI documents so that no view need repeat it.

Security by scope, the Idempotency-Key, the problems any operation may answer, strict bodies, and examples of
parameters (`path_examples` of the view, `examples` of its query serializer; one may be a function, asked each time, or
a dict by method). Of the fields a serializer names as `not_together` a body has one at most.
"""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.scopes import SCOPES
from retail_platform.kernel.problem import MEDIA_TYPE
from retail_platform.kernel.schema_problems import PROBLEMS, SCHEMA, example_of, response_of
from retail_platform.kernel.serializers import StrictSerializer

EXAMPLE_KEYS = {
    "a UUID": "0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11",
    "another, for another request": "7c1d0e52-94b3-4d0a-8f5e-2a6b8c9d0e1f",
    "a third": "2e9a4c77-51d0-4f6b-a8c3-6d1b0e7f9a42",
    "a fourth": "91f3b6d8-0c2e-4a75-b1d4-8e5a7c3f2b60",
}


@extend_schema_serializer(component_name="Problem")
class ProblemOut(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""  # to name an error: extend_schema(responses={409: ProblemOut})

    def get_fields(self) -> dict[str, Any]:  # an attribute `errors` would hide the serializer's own
        return {
            "type": serializers.CharField(help_text="address of a page that explains this kind of problem"),
            "title": serializers.CharField(),
            "status": serializers.IntegerField(),
            "detail": serializers.CharField(help_text="what happened and what to do next"),
            "instance": serializers.CharField(),
            "correlation_id": serializers.CharField(help_text="quote it when you ask us about this request"),
            "errors": serializers.ListField(
                child=serializers.DictField(child=serializers.CharField()),
                help_text="for each thing to correct its pointer (into the body), parameter or header, and a detail",
            ),
            "retry_after_s": serializers.IntegerField(required=False),
        }


def example(name: str, value: Any, *, status: int | None = None) -> OpenApiExample:
    """An example of the request body (no `status`) or of the answer with that status, for `extend_schema`."""
    return OpenApiExample(
        name, value=value, request_only=status is None, response_only=status is not None,
        status_codes=[str(status)] if status else None,
        media_type=MEDIA_TYPE if status and status >= 400 else "application/json",
    )  # fmt: skip


class RetailSchema(AutoSchema):
    """DRF's AutoSchema of every view (settings, DEFAULT_SCHEMA_CLASS)."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        scope = getattr(self.view, "required_scopes", {}).get(self.method)
        also = getattr(self.view, "also_scopes", {}).get(self.method)
        by_scope = [{"oauth2": [scope] if scope else []}, *([{"oauth2": [also]}] if also else [])]
        return [*by_scope, {"bearer": []}, {"apiKey": []}]

    def get_description(self) -> str:  # type: ignore[override]  # spectacular's form, not DRF's
        return ""  # `extend_schema` gives one; the docstring of a view, or of its base, is for us

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        query = getattr(self.view, "query_serializer", None)
        if query is not None and self.method == "GET":
            found.append(query)
        if self._is_idempotent():
            found.append(
                OpenApiParameter(
                    HEADER,
                    {"type": "string", "pattern": "^[!-~]{1,255}$"},
                    OpenApiParameter.HEADER,
                    required=True,
                    description="Names this one request: take a fresh text for a new one, the same to repeat it. "
                    "1 to 255 visible ASCII characters. Bodies are compared by value, not by bytes.",
                    examples=[OpenApiExample(name, value=key) for name, key in EXAMPLE_KEYS.items()],
                )
            )
        return found

    def _get_parameters(self) -> list[dict[str, Any]]:
        query = getattr(self.view, "query_serializer", None)
        examples = {**getattr(query, "examples", {}), **getattr(self.view, "path_examples", {})}
        parameters: list[dict[str, Any]] = super()._get_parameters()
        for parameter in parameters:
            if parameter["name"] in examples and "examples" not in parameter:
                value = examples[parameter["name"]]
                value = value.get(self.method) if isinstance(value, dict) else value
                parameter.setdefault("example", value() if callable(value) else value)
        return parameters

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if apart := getattr(serializer, "not_together", ()):
            schema["not"] = {"required": list(apart)}
        return schema

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, serializers.ListSerializer) and schema.get("type") == "array" and direction == "request":
            bounds = {"minItems": None if field.allow_empty else 1, "maxItems": getattr(field, "max_length", None)}
            schema.update({name: bound for name, bound in bounds.items() if bound is not None})
        return schema

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)
        if "__doc__" not in vars(type(serializer)) or not type(serializer).__doc__:
            schema.pop("description", None)  # that of a base class, which tells us how to write one
        if isinstance(serializer, StrictSerializer) and schema.get("type") == "object" and direction == "request":
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, body in bodies.items():
            if code.startswith(("4", "5")) and "application/json" in body.get("content", {}):
                content = body["content"].pop("application/json")
                if int(code) in PROBLEMS:
                    content.setdefault("examples", {"problem": {"value": example_of(int(code))}})
                body["content"][MEDIA_TYPE] = content
        bare = [int(code) for code, body in bodies.items() if "content" not in body and int(code) in PROBLEMS]
        for problem in bare:
            bodies[str(problem)] = {"$ref": f"#/components/responses/Problem{problem}"}
        for problem in self._usual_problems():
            bodies.setdefault(str(problem), {"$ref": f"#/components/responses/Problem{problem}"})
        return dict(sorted(bodies.items()))

    def _usual_problems(self) -> list[int]:
        codes = [400, 401, 403, 406, 429, 503]
        if "{" in self.path:
            codes.append(404)
        if self.method in ("POST", "PUT", "PATCH"):
            codes += [413, 415]
        if self._is_idempotent():
            codes += [409, 422]
        return codes

    def _is_idempotent(self) -> bool:
        return isinstance(self.view, IdempotentPost) and self.method in self.view.idempotent_methods


def add_shared_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: the problems and the three ways to say who you are."""
    components = result.setdefault("components", {})
    components["securitySchemes"] = {
        "oauth2": {
            "type": "oauth2",
            "description": "For services: client id and secret, tokens of 15 minutes.",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": SCOPES}},
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API key (rp_…)."},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key (rp_…)."},
    }
    components.setdefault("schemas", {}).setdefault("Problem", SCHEMA)
    components.setdefault("responses", {}).update({f"Problem{code}": response_of(code) for code in PROBLEMS})
    return result


def leave_out_empty_defaults(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Nothing said is nothing, which a document need not tell; and many a field may be left out but not left empty."""
    for component in result.get("components", {}).get("schemas", {}).values():
        for field in component.get("properties", {}).values():
            if field.get("default") == "":
                del field["default"]
    return result
