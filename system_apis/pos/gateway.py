"""Which till system answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.pos.port import PosPort
from system_apis.pos.vendors.sandbox.adapter import SandboxPos

VENDORS: dict[str, Callable[[Connection], PosPort]] = {"sandbox": SandboxPos.over}


def pos(code: str | None = None) -> PosPort:
    """The till system with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="pos", code=code)
    return queries.choice(connection, VENDORS)(connection)
