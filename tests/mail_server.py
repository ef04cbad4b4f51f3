"""A mail server over real SMTP that keeps what it gets, refuses addresses, and goes silent when told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any


@dataclass
class MailServer:
    """`mails` are what it took; `refuse` are answers to RCPT; `cut_after_text` hangs up on so many taken mails."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    cut_after_text: int = 0
    cut_at_greeting: int = 0


@contextmanager
def a_mail_server() -> Iterator[MailServer]:
    """Listens on a free port of this machine until the end."""
    kept = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if kept.cut_at_greeting:
                kept.cut_at_greeting -= 1
                return
            self.say("220 here")
            while line := self.rfile.readline():
                verb = line.decode().strip()
                if verb.upper() == "DATA":
                    self.say("354 go on")
                    self.take()
                    if kept.cut_after_text:
                        kept.cut_after_text -= 1
                        return
                elif verb.upper().startswith("RCPT"):
                    refused = [answer for address, answer in kept.refuse.items() if address in verb]
                    self.say(refused[0] if refused else "250 ok")
                    continue
                elif verb.upper() == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 ok")

        def take(self) -> None:
            raw = b""
            while (line := self.rfile.readline()) != b".\r\n":
                raw += line.removeprefix(b".") if line.startswith(b"..") else line
            kept.mails.append(message_from_bytes(raw, policy=default))  # type: ignore[arg-type]

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

        def handle_error(self, *_: Any) -> None:
            return

    with Server(("127.0.0.1", 0), Talk) as server:
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield kept
        finally:
            server.shutdown()
