"""A crowd of clients in a process of its own: keep-alive connections that send the next request when answered.

`Crowd` starts it; each line on its input asks for one round, each line of its output is how many were taken.
A request with ONE_OF_ITS_OWN in it gets another text there each time: the Idempotency-Key of a new order.
"""

import json
import random
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

CONNECTIONS = 8
ONE_OF_ITS_OWN = "@" * 32
_ANSWERS_WITHIN_S = 20.0


class Crowd:
    """The process with the clients."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate()

    def ask(self, port: int, requests: list[str], *, seconds: float) -> int:
        """How many of `requests` (chosen at random) were answered in so many seconds. Raises RuntimeError."""
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe is not None  # piped above
        assert answers is not None
        pipe.write(json.dumps([port, requests, seconds]) + "\n")
        pipe.flush()
        told = json.loads(answers.readline() or '"the clients died"')
        if not isinstance(told, int):
            raise RuntimeError(told)
        return told


class _Client:
    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=_ANSWERS_WITHIN_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.room = memoryview(bytearray(1 << 20))

    def receive(self) -> None:
        """Read one answer; its body is only counted."""
        held, end = 0, -1
        while end < 0:
            held += self._more(self.room[held:])
            end = bytes(self.room[:held]).find(b"\r\n\r\n")
        head = bytes(self.room[:end]).lower()
        if not head.startswith((b"http/1.1 200", b"http/1.1 202")):
            raise RuntimeError(bytes(self.room[:held]).decode(errors="replace")[:600])
        left = int(head.partition(b"content-length:")[2].split(b"\r\n")[0]) - (held - end - 4)
        while left > 0:
            left -= self._more(self.room[:left])

    def _more(self, room: memoryview) -> int:
        count = self.sock.recv_into(room)
        if not count:
            raise RuntimeError("the server closed a connection")
        return count


def _round(port: int, requests: list[str], seconds: float) -> int:
    choose = random.Random(1)  # the same mix for every contender
    ready = [request.encode() for request in requests]
    clients = [_Client(port) for _ in range(CONNECTIONS)]
    until, done = time.monotonic() + seconds, 0

    def another() -> bytes:
        return choose.choice(ready).replace(ONE_OF_ITS_OWN.encode(), uuid.uuid4().hex.encode(), 1)

    for client in clients:
        client.sock.sendall(another())
    while time.monotonic() < until:
        for client in clients:
            client.receive()
            client.sock.sendall(another())
            done += 1
    for client in clients:
        client.receive()
        done += 1
        client.sock.close()
    return done


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            print(_round(*json.loads(line)), flush=True)
        except (RuntimeError, OSError) as failure:
            print(json.dumps(str(failure)), flush=True)
