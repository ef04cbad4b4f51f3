"""The state directory (`.local`, or RETAIL_STATE): secrets and ports made once and kept, so that a second start is the
same platform. `env` holds what every process reads; `servers` what only the owner of the servers may know."""

import base64
import fcntl
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from retail_platform.kernel.supervisor import ports

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "retail"
CHANGES_TABLES = ("migrate", "grant_app_role", "sqlflush", "flush")  # commands the application's own role may not run

_SECRETS: Mapping[str, Callable[[], str]] = {
    "RETAIL_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "RETAIL_CREDENTIAL_KEYS": lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
}
_PASSWORDS = ("ADMIN_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "VALKEY_PASSWORD")
OURS = {"WEB_PORT": 8000, "SANDBOX_PORT": 8090}
SERVERS = {"POSTGRES_PORT": 54320, "VALKEY_PORT": 56400}


class AlreadyRunning(Exception):
    """Another supervisor holds this state directory."""


@dataclass(frozen=True, slots=True)
class State:
    """One state directory. `State.here()` is the one this process was told to use."""

    path: Path

    @classmethod
    def here(cls) -> "State":
        return cls(Path(os.environ.get("RETAIL_STATE") or ROOT / ".local").absolute())

    @property
    def env(self) -> dict[str, str]:
        return _read(self.path / "env")

    @property
    def servers(self) -> dict[str, str]:
        return _read(self.path / "servers")

    def at(self, *parts: str) -> Path:
        """A path inside, with its folder made."""
        path = self.path.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def lock(self) -> IO[str]:
        """Hold the directory until the returned file is closed or this process dies. Raises AlreadyRunning."""
        file = self.at("lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise AlreadyRunning(str(self.path)) from None
        return file

    def running(self) -> bool:
        """Whether a supervisor holds the directory now."""
        try:
            self.lock().close()
        except AlreadyRunning:
            return True
        return False

    def ensure(self, move: Mapping[str, int] = OURS | SERVERS) -> None:
        """Make what is missing, keep what is there, and move those ports that others have taken meanwhile."""
        env, servers = self.env, self.servers
        for name, make in _SECRETS.items():
            env.setdefault(name, make())
        for name in _PASSWORDS:
            servers.setdefault(name, secrets.token_hex(24))
        taken = {int(servers[name]) for name in (OURS | SERVERS).keys() - move.keys()}
        for name, first in move.items():
            wanted = os.environ.get(f"RETAIL_{name}") or servers.get(name) or first
            servers[name] = str(ports.free(int(wanted), taken))
            taken.add(int(servers[name]))
        env["DATABASE_URL"] = self._postgres_url(servers, "retail_app", servers["APP_PASSWORD"])
        env["VALKEY_URL"] = f"redis://:{servers['VALKEY_PASSWORD']}@127.0.0.1:{servers['VALKEY_PORT']}/0"
        env["SANDBOX_PORT"] = servers["SANDBOX_PORT"]
        env["RETAIL_URL"] = f"http://127.0.0.1:{servers['WEB_PORT']}"
        _write(self.at("servers"), servers)
        _write(self.at("env"), env)

    def forget_copies(self) -> None:
        """Drop from os.environ what is only a copy of `env` (settings put it there), so that what stays was set by a
        person. Before `ensure`, which may change `env`."""
        for name, value in self.env.items():
            if os.environ.get(name) in ("", value):
                del os.environ[name]

    def remember(self, **values: str) -> None:
        """Add to what only the servers' owner knows."""
        _write(self.at("servers"), self.servers | values)

    def moved(self) -> bool:
        """Whether a port of ours is another one than at the start before."""
        return self.servers.get("STOOD_AT") not in (None, self._stands_at())

    def settled(self) -> None:
        """All who need to know it know where we are."""
        self.remember(STOOD_AT=self._stands_at())

    def _stands_at(self) -> str:
        servers = self.servers
        return " ".join(servers[name] for name in OURS)

    def owner_url(self) -> str:
        """The embedded database as its owner, who may change tables: for migrations and for tests."""
        return self._postgres_url(self.servers, "retail_owner", self.servers["OWNER_PASSWORD"])

    def embedded(self, name: str) -> bool:
        """Whether DATABASE_URL or VALKEY_URL is ours to serve: not set, or set to what `env` says."""
        return os.environ.get(name) in (None, "", self.env.get(name))

    @staticmethod
    def _postgres_url(servers: Mapping[str, str], role: str, password: str) -> str:
        return f"postgres://{role}:{password}@127.0.0.1:{servers['POSTGRES_PORT']}/{DATABASE}"


def ensure_here(command: str) -> None:
    """Settings need secrets and addresses; on a machine where nobody set any, make them. Never in production."""
    given = all(os.environ.get(name) for name in ("DATABASE_URL", "VALKEY_URL", *_SECRETS))
    if given or os.environ.get("RETAIL_PRODUCTION"):
        return
    state = State.here()
    if not state.running():
        state.ensure()
    if command in CHANGES_TABLES and state.embedded("DATABASE_URL"):
        os.environ["DATABASE_URL"] = state.owner_url()


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value for name, _, value in lines}


def _write(path: Path, values: Mapping[str, str]) -> None:
    """Whole or not at all, and readable by the owner alone (mkstemp makes it 0600)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w") as file:
        file.write("".join(f"{key}={value}\n" for key, value in values.items()))
        file.flush()
        os.fsync(handle)
    os.replace(name, path)
