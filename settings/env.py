"""The environment, read once. A missing or malformed variable stops the start-up with its name."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(environ.Env().str("RETAIL_STATE", default=str(ROOT / ".local")))

env = environ.Env()
if (STATE / "env").exists():  # written by the supervisor for the servers it runs; what is set already stays
    env.read_env(str(STATE / "env"), overwrite=False)

ROLE = env.str("RETAIL_ROLE", default="web")
LAYERS = tuple(env.list("RETAIL_LAYERS", default=["experience", "process", "system"]))
PRODUCTION = env.bool("RETAIL_PRODUCTION", default=False)

if unknown := set(LAYERS) - {"experience", "process", "system"}:
    raise ImproperlyConfigured(f"RETAIL_LAYERS names {sorted(unknown)}; it knows experience, process and system")


def secret(name: str) -> str:
    """A secret of at least 32 characters. Raises ImproperlyConfigured with the variable's name."""
    value = env.str(name, default="")
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} must be set to at least 32 random characters (manage.py up makes one)")
    return value
