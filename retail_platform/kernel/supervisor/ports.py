"""Loopback ports: is one free, and which is the next."""

import socket
from collections.abc import Collection

TRIES = 200


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


def answers(port: int, host: str = "127.0.0.1", within_s: float = 0.5) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=within_s).close()
    except OSError:
        return False
    return True
