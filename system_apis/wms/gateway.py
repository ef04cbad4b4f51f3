"""Which warehouse system answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules
from system_apis.wms.port import WmsPort
from system_apis.wms.vendors.sandbox import webhook as sandbox_webhook
from system_apis.wms.vendors.sandbox.adapter import SandboxWms

VENDORS: dict[str, Callable[[Connection], WmsPort]] = {"sandbox": SandboxWms.over}
WEBHOOKS: dict[str, WebhookRules] = {"sandbox": sandbox_webhook.RULES}


def wms(code: str | None = None) -> WmsPort:
    """The warehouse system with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="wms", code=code)
    return queries.choice(connection, VENDORS)(connection)
