"""How the webhooks of warehouse systems are read: as the vendor of the connection signs and names them."""

from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules
from system_apis.wms.gateway import WEBHOOKS


def rules(connection: Connection) -> WebhookRules | None:
    """The rules of this connection's vendor; None where the vendor sends no webhooks."""
    return WEBHOOKS.get(connection.vendor)
