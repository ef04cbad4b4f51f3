"""The problems any operation may answer, as the OpenAPI documents show them."""

from typing import Any

from retail_platform.kernel.problem import MEDIA_TYPE

PROBLEMS: dict[int, tuple[str, str, str, str]] = {
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


SCHEMA = {
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
            "description": "for each thing to correct its pointer (into the body), parameter or header, and a detail",
            "items": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "retry_after_s": {"type": "integer"},
    },
    "required": ["type", "title", "status", "detail", "instance", "correlation_id", "errors"],
}


def response_of(code: int) -> dict[str, Any]:
    """The reusable response of one status."""
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {"problem": {"value": example_of(code)}}}
    response: dict[str, Any] = {"description": PROBLEMS[code][3], "content": {MEDIA_TYPE: content}}
    if code in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}}
    return response


def example_of(code: int) -> dict[str, Any]:
    """A problem document of one status, as an example."""
    kind, title, detail, _ = PROBLEMS[code]
    errors = [{"pointer": "/lines/0/quantity", "detail": "Give a whole number."}] if code == 400 else []
    value = {
        "type": f"/problems/{kind}", "title": title, "status": code, "detail": detail, "instance": "/api/…",
        "correlation_id": "4bf92f3577b34da6a3ce929d0e0e4736", "errors": errors,
    }  # fmt: skip
    return {**value, "retry_after_s": 2} if code in (429, 503) else value
