"""HTTP as the pretend world speaks it, good manners and bad: the faults that only a socket can show are made here."""

import json
import socket
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from system_apis.sandbox import reception
from system_apis.sandbox.asked import Refusal, Reply
from system_apis.sandbox.faults import AFTER, BEFORE, Fault
from system_apis.sandbox.world import World

MAX_BODY = 2 * 1024 * 1024
RUBBISH = "<!doctype html><title>Be right back</title><h1>We are down for maintenance</h1>"
FLOOD_BYTES = 64 * 1024 * 1024


class Server(ThreadingHTTPServer):
    """One world behind one port, a thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World, *, control_token: str = "") -> None:
        super().__init__(address, Conversation)
        self.world, self.control_token = world, control_token

    def server_bind(self) -> None:
        """Bind, without asking a name server for our own name as the library would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a caller that hung up is no news
            traceback.print_exc(file=sys.stderr)


class Conversation(BaseHTTPRequestHandler):
    """One connection; it stays open from request to request."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Sandbox", ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body, or keep-alive would wait for delayed acknowledgements
    timeout = 300

    def do_GET(self) -> None:
        self._converse()

    do_POST = do_GET  # noqa: N815
    do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request; the effects tell."""

    def _converse(self) -> None:
        world = self.server.world
        try:
            route, asked = reception.find(self.command, self.path, self._headers(), self._body())
            reception.admit(world, route, asked, peer=self.client_address[0], control_token=self.server.control_token)
        except Refusal as refusal:
            self._say(refusal.reply)
            return
        if route.system == reception.CONTROL:
            self._say(reception.answer(world, route, asked))
            return
        fault = world.faults.pick(route.system, route.operation, BEFORE)
        if fault:
            self._refuse(fault)
            return
        fault = world.faults.pick(route.system, route.operation, AFTER)
        reply = reception.answer(world, route, asked)
        if fault:
            self._spoil(fault, reply)
        else:
            self._say(reply)

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            raise Refusal(413, {"error": {"code": "too_large", "message": f"at most {MAX_BODY} bytes"}})
        return self.rfile.read(length)

    def _refuse(self, fault: Fault) -> None:
        if fault.kind == "drop":
            self._hang_up()
            return
        status = fault.status or {"refuse": 503, "rate_limit": 429, "error": 500}[fault.kind]
        headers = {} if fault.retry_after_s is None else {"Retry-After": fault.retry_after_s}
        body = json.loads(fault.body) if fault.body else {"error": {"code": fault.kind, "message": "on demand"}}
        self._say(Reply(status, body, headers))

    def _spoil(self, fault: Fault, reply: Reply) -> None:
        """The effect is made; now the answer goes wrong."""
        if fault.kind == "cut":
            self._hang_up()
        elif fault.kind == "error_after":
            self._say(Reply(fault.status or 500, {"error": {"code": "internal", "message": "on demand"}}))
        elif fault.kind == "slow":
            time.sleep(fault.seconds)
            self._say(reply)
        elif fault.kind == "garbage":
            self._head(fault.status or 200, "text/html", len((fault.body or RUBBISH).encode()))
            self.wfile.write((fault.body or RUBBISH).encode())
        elif fault.kind == "drip":
            self._pour([bytes([byte]) for byte in reply.encoded()], pause_s=min(fault.seconds, 2.0))
        elif fault.kind == "flood":
            self._pour([b" " * 65536] * (FLOOD_BYTES // 65536), pause_s=0.0)

    def _pour(self, pieces: list[bytes], *, pause_s: float) -> None:
        self._head(200, "application/json", sum(len(piece) for piece in pieces))
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause_s)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(self, reply: Reply) -> None:
        body = reply.encoded()
        self._head(reply.status, "application/json", len(body), **reply.headers)
        self.wfile.write(body)

    def _head(self, status: int, kind: str, length: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
