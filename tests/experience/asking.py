"""Ask for availability as a web server does: through the front, or Django alone."""

import contextlib
import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from experience_apis.storefront.front import PATH, Front
from retail_platform.kernel import valkey
from retail_platform.kernel.identity import queries as identity

CHANGING = {"X-Request-ID", "RateLimit", "Content-Length"}  # the length follows from how long as_of and the age are


class Answer:
    """What came back, and who gave it: "front" or "django"."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes, by: str) -> None:
        self.status, self.headers, self.body, self.by = int(status[:3]), dict(headers), body, by

    @property
    def lasting(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name not in CHANGING}

    @property
    def items(self) -> bytes:
        return self.body.partition(b'"items":')[2]


class Asking:
    """One web process, as many threads as you like."""

    def __init__(self, *, mode: str, key: str) -> None:
        self.key, self.django = key, get_wsgi_application()
        self.front = Front(self._behind, mode=mode)

    def _behind(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["test.handed_on"] = True
        return self.django(environ, start_response)

    def __call__(
        self, query: str, *, by: str = "front", method: str = "GET", path: str = PATH, **headers: str
    ) -> Answer:
        environ = an_environ(query, method=method, path=path, key=self.key) | headers
        began: list[Any] = []
        application = self.front if by == "front" else self.django
        answer = application(environ, lambda status, fields, *_: began.extend((status, fields)))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return Answer(*began, body, by="django" if "test.handed_on" in environ else by)


def an_environ(query: str, *, method: str, path: str, key: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@pytest.fixture
def own_copy(settings: Any) -> Iterator[str]:
    """A copy in Valkey that no other test sees."""
    settings.AVAILABILITY_PREFIX = prefix = f"test-{uuid.uuid4().hex[:8]}"
    identity.forget()
    yield prefix
    with contextlib.suppress(redis.RedisError):  # what stays is under a name that nobody uses again
        for key in valkey.client().scan_iter(match=f"{prefix}:*", count=1000):
            valkey.client().delete(key)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request must not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
