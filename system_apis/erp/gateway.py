"""Which ERP answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.erp.port import ErpPort
from system_apis.erp.vendors.sandbox.adapter import SandboxErp

VENDORS: dict[str, Callable[[Connection], ErpPort]] = {"sandbox": SandboxErp.over}


def erp(code: str | None = None) -> ErpPort:
    """The ERP with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="erp", code=code)
    return queries.choice(connection, VENDORS)(connection)
