"""Which carrier answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.carriers.port import CarrierPort
from system_apis.carriers.vendors.sandbox import webhook as sandbox_webhook
from system_apis.carriers.vendors.sandbox.adapter import SandboxCarrier
from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules

VENDORS: dict[str, Callable[[Connection], CarrierPort]] = {"sandbox": SandboxCarrier.over}
WEBHOOKS: dict[str, WebhookRules] = {"sandbox": sandbox_webhook.RULES}


def carrier(code: str | None = None) -> CarrierPort:
    """The carrier with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="carrier", code=code)
    return queries.choice(connection, VENDORS)(connection)
