"""A partner's receiver over real HTTP: keeps what it is told, and answers as it is asked to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Partner:
    """`heard` are (headers, body) of each call; `answers` are taken in turn, then 204; `slow_s` goes before each."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    slow_s: float = 0.0
    location: str = ""


@contextmanager
def a_partner() -> Iterator[Partner]:
    """Listens on a free port of this machine until the end."""
    partner = Partner()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            partner.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(partner.slow_s)
            self.send_response(partner.answers.pop(0) if partner.answers else 204)
            if partner.location:
                self.send_header("Location", partner.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    partner.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
