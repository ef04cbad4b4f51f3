"""Which tax engine answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.tax.port import TaxPort
from system_apis.tax.vendors.sandbox.adapter import SandboxTax

VENDORS: dict[str, Callable[[Connection], TaxPort]] = {"sandbox": SandboxTax.over}


def tax(code: str | None = None) -> TaxPort:
    """The tax engine with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="tax", code=code)
    return queries.choice(connection, VENDORS)(connection)
