"""Which addresses are for programs. The rest are pages for people, with sessions and HTML errors."""

_FOR_PROGRAMS = ("/api/", "/hooks/", "/oauth/", "/livez", "/readyz", "/status", "/metrics")
_WITHOUT_SESSION = ("/api/", "/hooks/", "/oauth/", "/livez", "/readyz", "/metrics")


def speaks_json(path: str) -> bool:
    """Whether errors on this path are problem details rather than HTML."""
    return path.startswith(_FOR_PROGRAMS)


def needs_session(path: str) -> bool:
    """Whether a person with a session may come here; the rest never looks at a cookie."""
    return not path.startswith(_WITHOUT_SESSION)
