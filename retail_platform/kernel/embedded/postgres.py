"""PostgreSQL 18 on loopback: passwords, three roles, no socket files, sized to share a machine with the platform."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from retail_platform.kernel.embedded import home
from retail_platform.kernel.supervisor.process import Spec
from retail_platform.kernel.supervisor.state import DATABASE, State

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "48MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "io_method": "sync",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_size": "512MB",
    "checkpoint_completion_target": "0.9",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_lock_waits": "on",
    "fsync": "on",
    "synchronous_commit": "on",
}
# For tests, whose data may die, and who come fifty at once from several processes beside whole platforms.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "400"}
_ENV = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def spec(state: State, *, throwaway: bool = False) -> Spec:
    """How to run the cluster that `make` made."""
    place = home.find(state)
    binaries, data = place.installation / "bin", place.folder / "postgres"
    port = state.servers["POSTGRES_PORT"]
    chosen = SETTINGS | {"port": port} | (THROWAWAY if throwaway else {})
    arguments = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return Spec(
        name="postgres",
        argv=[str(binaries / "postgres"), "-D", str(data), *arguments],
        env=_ENV,
        ready=_accepts(binaries / "pg_isready", port),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        grace_s=20,
        user=place.user,
        cwd=place.folder,
        before=lambda: _clear_stale_pid(data / "postmaster.pid"),
    )


def make(state: State, *, say: Callable[[str], None]) -> None:
    """The cluster with its roles, whole or not at all; and again the passwords, when the state directory lost them.
    Takes seconds the first time, nothing later."""
    place = home.find(state)
    data = place.folder / "postgres"
    passwords = [state.servers[name] for name in ("ADMIN_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD")]
    proof, digest = data / "passwords.sha256", hashlib.sha256(":".join(passwords).encode()).hexdigest()
    admin, owner, app = passwords
    if data.exists():
        with contextlib.suppress(FileNotFoundError):
            if proof.read_text() == digest:
                return
        _clear_stale_pid(data / "postmaster.pid")
        _single_user(
            place,
            data,
            [
                f"ALTER ROLE retail_admin PASSWORD '{admin}'",
                f"ALTER ROLE retail_owner PASSWORD '{owner}'",
                f"ALTER ROLE retail_app PASSWORD '{app}'",
            ],
        )
        proof.write_text(digest)
        return
    say("making a PostgreSQL cluster")
    partial = data.with_name("postgres.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if place.user:
        os.chown(partial, *place.user)
    _run(
        place,
        "initdb",
        "-D",
        str(partial),
        "-U",
        "retail_admin",
        "-E",
        "UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=scram-sha-256",
        "--no-instructions",
        "--pwfile",
        str(_password_file(place, admin)),
    )
    _single_user(
        place,
        partial,
        [
            f"CREATE ROLE retail_owner LOGIN CREATEDB PASSWORD '{owner}'",
            f"CREATE ROLE retail_app LOGIN PASSWORD '{app}'",
            f"CREATE DATABASE {DATABASE} OWNER retail_owner",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {DATABASE} TO retail_app",
        ],
    )
    (partial / proof.name).write_text(digest)
    partial.rename(data)


def _password_file(place: home.Home, password: str) -> Path:
    """initdb takes the first password from a file only; `_run` removes it again."""
    file = place.folder / "initdb.password"
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if place.user:
        os.fchown(handle, *place.user)
    os.write(handle, password.encode())
    os.close(handle)
    return file


def _single_user(place: home.Home, data: Path, statements: list[str]) -> None:
    """Run SQL without a server: nobody can connect before the roles have their passwords."""
    _run(
        place,
        "postgres",
        "--single",
        "-D",
        str(data),
        "-c",
        "wal_level=minimal",
        "-c",
        "max_wal_senders=0",
        "postgres",
        stdin="".join(f"{statement}\n" for statement in statements),
    )


def _run(place: home.Home, program: str, *arguments: str, stdin: str = "") -> None:
    user, group = place.user or (None, None)
    try:
        done = subprocess.run(  # noqa: S603
            [str(place.installation / "bin" / program), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            env=_ENV,
            cwd=place.folder,
            user=user,
            group=group,
            extra_groups=[] if place.user else None,
        )
    finally:
        (place.folder / "initdb.password").unlink(missing_ok=True)
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise RuntimeError(f"PostgreSQL's {program} failed:\n{done.stderr.strip() or done.stdout.strip()}")


def _accepts(pg_isready: Path, port: str) -> Callable[[], bool]:
    command = [str(pg_isready), "-q", "-h", "127.0.0.1", "-p", port, "-t", "2"]
    return lambda: subprocess.run(command, env=_ENV, check=False).returncode == 0  # noqa: S603


def _clear_stale_pid(file: Path) -> None:
    """After a crash and a reboot the recorded pid may be another program's; PostgreSQL would then refuse to start."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pid = int(file.read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline")
        if not command.exists() or b"postgres" not in command.read_bytes():
            file.unlink()
