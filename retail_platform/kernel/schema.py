"""What every operation has in common, written into the OpenAPI documents so that no view need repeat it.

Security by scope, the Idempotency-Key, the problems any operation may answer, strict bodies, and examples of
parameters (`path_examples` of the view, `examples` of its query serializer).
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from retail_platform.kernel.idempotency.views import HEADER, IdempotentPost
from retail_platform.kernel.identity.scopes import SCOPES
from retail_platform.kernel.problem import MEDIA_TYPE
from retail_platform.kernel.serializers import StrictSerializer

_PROBLEMS: dict[int, tuple[str, str, str, str]] = {
    400: ("invalid-request", "The request is not valid", "Correct what errors names and send it again.",
          "Not shaped as documented; errors[] names each place."),
    401: ("unauthorized", "Say who you are", "Send a key or token: Authorization: Bearer …, or X-API-Key: ….",
          "No key or token, or one that is unknown, expired or revoked."),
    403: ("forbidden", "Not allowed", "This needs a scope which your key or token was not granted.",
          "The caller lacks the scope."),
    404: ("not-found", "Not found", "There is nothing here for you. Check the address and the id.",
          "No such thing, or not yours to see."),
    406: ("not-acceptable", "Only JSON is spoken here", "Accept application/json.", "Only JSON can be answered."),
    409: ("conflict", "This does not fit the present state", "The same call is being worked on; ask again in a second.",
          "The present state does not allow it, or the same call is in flight (then with Retry-After)."),
    413: ("body-too-large", "The body is too large", "Send at most 1048576 bytes in one body.", "More than 1 MB."),
    415: ("unsupported-media-type", "Send application/json", "Send application/json in UTF-8.",
          "The body is not JSON in UTF-8."),
    422: ("unprocessable", "The request breaks a rule", "This Idempotency-Key was used for another request.",
          "Well formed, but against a rule; or the Idempotency-Key belongs to another request."),
    429: ("too-many-requests", "Too many requests", "Request was throttled. Expected available in 7 seconds.",
          "The budget of this client and scope is used up; RateLimit says when it is back."),
    502: ("vendor-answer-broken", "A connected system answered in a way nobody documented",
          "A person has to look at this.", "A connected system answered nonsense."),
    503: ("try-again", "Not possible at this moment", "Send it again, unchanged, after Retry-After.",
          "Something we need is down for a moment; nothing of the request was kept."),
    504: ("outcome-unknown", "A connected system did not answer in time", "Look before you send it again.",
          "A connected system did not answer in time."),
}  # fmt: skip


class ProblemOut(serializers.Serializer[Any]):
    """Problem details (RFC 9457), with the correlation id to quote when you ask us about it."""

    type = serializers.CharField(help_text="address of a page that explains this kind of problem")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="what happened and what to do next")
    instance = serializers.CharField()
    correlation_id = serializers.CharField(help_text="the same in every log line, run and document of this request")
    errors = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="for each thing to correct its pointer (into the body), parameter or header, and a detail",
    )
    retry_after_s = serializers.IntegerField(required=False)


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
        return [{"oauth2": [scope] if scope else []}, {"bearer": []}, {"apiKey": []}]

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        query = getattr(self.view, "query_serializer", None)
        if query is not None and self.method == "GET":
            found.append(query)
        if self._is_idempotent():
            found.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    required=True,
                    description="Names this one request: take a fresh text for a new one, the same to repeat it. "
                    "1 to 255 visible ASCII characters. Bodies are compared by value, not by bytes.",
                    examples=[OpenApiExample("a UUID", value="0b6f7b1e-6f0e-4b57-9d9b-0f3f5d3b2a11")],
                )
            )
        return found

    def _get_parameters(self) -> list[dict[str, Any]]:
        query = getattr(self.view, "query_serializer", None)
        examples = {**getattr(query, "examples", {}), **getattr(self.view, "path_examples", {})}
        parameters: list[dict[str, Any]] = super()._get_parameters()
        for parameter in parameters:
            if parameter["name"] in examples and "examples" not in parameter:
                parameter.setdefault("example", examples[parameter["name"]])
        return parameters

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, StrictSerializer) and schema.get("type") == "object" and direction == "request":
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, body in bodies.items():
            if code.startswith(("4", "5")) and "application/json" in body.get("content", {}):
                content = body["content"].pop("application/json")
                if int(code) in _PROBLEMS:
                    content.setdefault("examples", {"problem": {"value": _example(int(code))}})
                body["content"][MEDIA_TYPE] = content
        for code in self._usual_problems():
            bodies.setdefault(str(code), {"$ref": f"#/components/responses/Problem{code}"})
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
    schema = {
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "properties": {
            "type": {"type": "string", "description": "address of a page that explains this kind of problem"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "what happened and what to do next"},
            "instance": {"type": "string"},
            "correlation_id": {"type": "string", "description": "quote it when you ask us about this request"},
            "errors": {
                "type": "array",
                "description": "for each thing to correct its pointer (into the body), parameter or header",
                "items": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "retry_after_s": {"type": "integer"},
        },
        "required": ["type", "title", "status", "detail", "instance", "correlation_id", "errors"],
    }
    components.setdefault("schemas", {}).setdefault("Problem", schema)
    components.setdefault("responses", {}).update({f"Problem{code}": _response(code) for code in _PROBLEMS})
    return result


def _response(code: int) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {"problem": {"value": _example(code)}}}
    response: dict[str, Any] = {"description": _PROBLEMS[code][3], "content": {MEDIA_TYPE: content}}
    if code in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}}
    return response


def _example(code: int) -> dict[str, Any]:
    kind, title, detail, _ = _PROBLEMS[code]
    errors = [{"pointer": "/lines/0/quantity", "detail": "Give a whole number."}] if code == 400 else []
    value = {
        "type": f"/problems/{kind}", "title": title, "status": code, "detail": detail, "instance": "/api/…",
        "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736", "errors": errors,
    }  # fmt: skip
    return {**value, "retry_after_s": 2} if code in (429, 503) else value
