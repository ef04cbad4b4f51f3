"""A cable between us and a server, to be cut, or to go silent, while requests are under way."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit


class Cable:
    """Passes bytes on to the server of `url`; `self.url` leads through it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self._silent = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening: socket.socket | None = None
        self._port = 0
        self.mend()
        credentials, _, _ = parts.netloc.rpartition("@")
        netloc = f"{credentials}@127.0.0.1:{self._port}" if credentials else f"127.0.0.1:{self._port}"
        self.url = urlunsplit(parts._replace(netloc=netloc))

    def cut(self) -> None:
        """Every connection ends, and no new one is taken."""
        if self._listening:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def silence(self) -> None:
        """Connections stay, and nothing comes through any more."""
        self._silent.set()

    def mend(self) -> None:
        """As new."""
        self._silent.clear()
        if self._listening is None:
            self._listening = socket.socket()
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listening.bind(("127.0.0.1", self._port))
            self._listening.listen(64)
            self._port = self._listening.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listening.accept()
                pair = (here, socket.create_connection(self._there))
                self._pairs.append(pair)
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        ends = {end.fileno(): end for end in (here, there)}
        either = select.poll()  # not select(), which takes no file number above 1023
        for number in ends:
            either.register(number, select.POLLIN)
        with contextlib.suppress(OSError), here, there:
            while True:
                for number, _ in either.poll():
                    end = ends[number]
                    heard = end.recv(65_536)
                    if not heard:
                        return
                    if not self._silent.is_set():
                        (there if end is here else here).sendall(heard)


@contextlib.contextmanager
def cable(url: str) -> Iterator[Cable]:
    """A cable to the server of `url`, taken away at the end."""
    laid = Cable(url)
    try:
        yield laid
    finally:
        laid.cut()
