"""Keep secrets out of evidence: what we sent as a credential never comes back in a message, a log line or a case."""

import re
from collections.abc import Iterable

MAX_EVIDENCE = 600
_SECRET_FIELD = re.compile(
    r'(?i)("?[a-z_\-]*(?:password|secret|token|api[_-]?key|authorization|signature)[a-z_\-]*"?\s*[:=]\s*)("[^"]*"|[^\s,;&}]+)'
)
_PRIVATE_HEADERS = re.compile(r"(?i)authorization|cookie|token|secret|key$|signature")


def shortened(body: bytes, *, secrets: Iterable[str] = ()) -> str:
    """The start of `body` as one line of text, with known secrets and secret-looking fields blotted out."""
    text = body[: MAX_EVIDENCE * 4].decode("utf-8", errors="replace")
    return blotted(text, secrets=secrets)[:MAX_EVIDENCE]


def blotted(text: str, *, secrets: Iterable[str] = ()) -> str:
    """`text` on one line without the given secrets and without the values of fields that sound like one."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    text = _SECRET_FIELD.sub(r"\1***", text)
    return "".join(char if char.isprintable() else " " for char in text)


def secrets_in(headers: dict[str, str]) -> tuple[str, ...]:
    """The values of request headers that carry credentials, whole and without their scheme ("Bearer ...")."""
    private = [value for name, value in headers.items() if _PRIVATE_HEADERS.search(name)]
    return tuple(dict.fromkeys([*private, *(value.split(" ", 1)[-1] for value in private)]))
