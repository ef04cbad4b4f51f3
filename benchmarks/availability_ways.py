"""What availability is compared with: a WSGI function with the same bytes at hand, and DRF with cached data.

Granian serves them as `benchmarks.availability_ways:bare` and `:plain`.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

_made: dict[str, Any] = {}


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The physical limit: head and body of an answer of ours, ready in memory; /1, /20 and /200 tell which."""
    if not _made:
        for size, (headers, body) in json.loads(Path(os.environ["BENCH_ANSWERS"]).read_text()).items():
            _made[f"/{size}"] = ([(name, value) for name, value in headers], body.encode())
    headers, body = _made[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return (body,)


def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same view as one would first write it (availability_plain.py), with all of the platform's middleware."""
    if "django" not in _made:
        settings.ROOT_URLCONF = "benchmarks.availability_plain"
        _made["django"] = get_wsgi_application()
    answer: Iterable[bytes] = _made["django"](environ, start_response)
    return answer
