"""Loopback ports: is one free, and which is the next."""

import contextlib
import socket
import time
from collections.abc import Collection, Iterator

TRIES = 200
TURN_S = 20.0


def free(first: int, taken: Collection[int] = ()) -> int:
    """The first free loopback port at or after `first`. Raises OSError after TRIES taken ones."""
    for port in range(first, min(first + TRIES, 65_536)):
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port in {first}..{first + TRIES - 1}; stop what listens there or set RETAIL_WEB_PORT")


def is_free(port: int) -> bool:
    """Whether a server could listen there now, on loopback or on every address."""
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104  # tried and closed at once, never listened on
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Choose ports and listen on them while no other platform on this machine does; go on anyway after TURN_S.

    The turn is a name in the abstract socket space: any user may take it, and the kernel gives it back.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as turn:
        deadline = time.monotonic() + TURN_S
        while time.monotonic() < deadline:
            try:
                turn.bind("\0retail-platform-ports")
                break
            except OSError:
                time.sleep(0.1)
        yield


def answers(port: int, host: str = "127.0.0.1", within_s: float = 0.5) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=within_s).close()
    except OSError:
        return False
    return True
