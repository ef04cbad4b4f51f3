"""Every kind of problem there is, for the page that explains them."""

from dataclasses import dataclass

from retail_platform.kernel.problem import domain_errors

_PLAIN = (
    (401, "unauthorized", "Say who you are", "No key or token came along, or it is unknown, expired or revoked."),
    (403, "forbidden", "Not allowed", "You are known, but your key or token lacks the scope; the detail names it."),
    (405, "method-not-allowed", "Not this method", "The address exists, but not for this method."),
    (406, "not-acceptable", "Only JSON is spoken here", "Accept application/json."),
    (415, "unsupported-media-type", "Send application/json", "Send JSON in UTF-8, with its content type."),
    (429, "too-many-requests", "Too many requests", "Wait for Retry-After; RateLimit tells what is left before that."),
    (
        500,
        "internal-error",
        "Something broke on our side",
        "Nothing of the request was kept; tell us the correlation id.",
    ),
    (503, "try-again", "Not possible at this moment", "Send the same again after Retry-After; nothing was kept."),
    (503, "not-ready", "Not ready", "This process is starting, or its database is away."),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem."""

    kind: str
    status: int
    title: str
    meaning: str


def kinds() -> dict[str, Kind]:
    """Each kind by its name. The first class that claims a name explains it."""
    found = {kind: Kind(kind, status, title, meaning) for status, kind, title, meaning in _PLAIN}
    for kind, status, title, meaning in domain_errors():
        found.setdefault(kind, Kind(kind, status, title, meaning))
    return found
