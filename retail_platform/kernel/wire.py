"""Valkey on the hottest paths: one socket a thread, hiredis's parser, nothing else. RESP2 (https://valkey.io/topics/protocol/).

A call costs about a fifth of what a general client takes. Like `kernel.valkey` it raises Down at once while Valkey is
known to be down, and one caller a second looks whether it is back. Time-outs are the kernel's own (SO_RCVTIMEO), which
spares a poll for each read and write. A socket is never shared: not with another thread, not with a forked child.
"""

import logging
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from hashlib import sha1
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from retail_platform.kernel.valkey import Down

log = logging.getLogger(__name__)
PATIENCE_S = 0.1
_PAUSE_S = 1.0
_READ = 1 << 18
Word = bytes | str | int


class Refused(Down):
    """Valkey answered with an error: out of memory, loading, a script that failed."""


class Script:
    """A Lua script, sent by its digest; in full only when the server does not know it (any more)."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.digest = sha1(self.source, usedforsecurity=False).hexdigest()


class _Line(threading.local):
    """The calling thread's socket and parser."""

    sock: socket.socket | None = None
    reader: Any = None
    pid = 0

    def __init__(self) -> None:
        self.room = bytearray(_READ)


class Wire:
    """One server, by URL (redis://, rediss://; user, password and database as usual)."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        self.url = urlsplit(url)
        self.patience_s = patience_s
        self._line = _Line()
        self._retry_at = 0.0
        self._lock = threading.Lock()

    @property
    def down(self) -> bool:
        """Whether the last call failed and nobody has found the server back since."""
        return self._retry_at > 0

    def call(self, *words: Word) -> Any:
        """The answer to one command. Raises Down, and Refused for an error in answer."""
        answer = self._ask(_packed(words))
        if isinstance(answer, hiredis.ReplyError):
            raise Refused(str(answer)[:200])
        return answer

    def run(self, script: Script, keys: Sequence[Word], values: Sequence[Word]) -> Any:
        """What a script answers. Raises Down, and Refused."""
        rest = (len(keys), *keys, *values)
        answer = self._ask(_packed(("EVALSHA", script.digest, *rest)))
        if isinstance(answer, hiredis.ReplyError) and str(answer).startswith("NOSCRIPT"):
            answer = self._ask(_packed(("EVAL", script.source, *rest)))
        if isinstance(answer, hiredis.ReplyError):
            raise Refused(str(answer)[:200])
        return answer

    def _ask(self, packed: bytes) -> Any:
        if self._retry_at:
            self._may_look()
        line = self._line
        kept = line.sock is not None and line.pid == os.getpid()
        try:
            if kept and (answer := self._over_kept(line, packed)) is not None:
                return answer[0]
            answer = (self._exchange(self._dial(line), packed),)
        except (OSError, hiredis.ProtocolError) as error:
            self._hang_up(line)
            if not self._retry_at:
                log.warning("valkey is down, going on without it", extra={"error": type(error).__name__})
            self._retry_at = time.monotonic() + _PAUSE_S
            raise Down(f"{type(error).__name__}: {error}") from error
        if self._retry_at:
            self._retry_at = 0.0
            log.info("valkey is back")
        return answer[0]

    def _over_kept(self, line: _Line, packed: bytes) -> tuple[Any] | None:
        """None if the kept socket was dead: a server that was started anew closed it, and that alone is no outage.

        The caller sends once more, which is safe because all that is asked over a wire is a read or a count.
        """
        try:
            return (self._exchange(line, packed),)
        except (ConnectionError, hiredis.ProtocolError):
            self._hang_up(line)
            return None

    def _exchange(self, line: _Line, packed: bytes) -> Any:
        sock, reader = line.sock, line.reader
        assert sock is not None  # dialled above or before
        sock.sendall(packed)
        answer = reader.gets()
        while answer is False:
            heard = sock.recv_into(line.room)
            if not heard:
                raise ConnectionResetError("closed by the server")
            reader.feed(line.room, 0, heard)
            answer = reader.gets()
        return answer

    def _dial(self, line: _Line) -> _Line:
        line.sock, line.reader, line.pid = None, hiredis.Reader(), os.getpid()
        url = self.url
        sock = socket.create_connection((url.hostname or "127.0.0.1", url.port or 6379), timeout=self.patience_s)
        try:
            if url.scheme == "rediss":  # TLS needs Python's own time-outs
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=url.hostname)
            else:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                limit = struct.pack("ll", int(self.patience_s), int(self.patience_s % 1 * 1_000_000))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
                sock.settimeout(None)
            line.sock = sock
            for words in _introduction(url):
                answer = self._exchange(line, _packed(words))
                if isinstance(answer, hiredis.ReplyError):
                    raise ConnectionRefusedError(str(answer)[:200])
        except BaseException:
            sock.close()
            line.sock = None
            raise
        return line

    def _may_look(self) -> None:
        with self._lock:
            if time.monotonic() < self._retry_at:
                raise Down
            self._retry_at = time.monotonic() + _PAUSE_S  # this caller looks; the others go on without

    def _hang_up(self, line: _Line) -> None:
        if line.sock is not None and line.pid == os.getpid():
            line.sock.close()
        line.sock = None


def _introduction(url: Any) -> list[tuple[Word, ...]]:
    words: list[tuple[Word, ...]] = []
    if url.password:
        user = (unquote(url.username),) if url.username else ()
        words.append(("AUTH", *user, unquote(url.password)))
    if (database := url.path.strip("/")) and database != "0":
        words.append(("SELECT", database))
    return words


def _packed(words: tuple[Word, ...]) -> bytes:
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub means any number of words
    return packed
