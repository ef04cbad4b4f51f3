"""How the webhooks of carriers are read: as the vendor of the connection signs and names them."""

from system_apis.carriers.gateway import WEBHOOKS
from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules


def rules(connection: Connection) -> WebhookRules | None:
    """The rules of this connection's vendor; None where the vendor sends no webhooks."""
    return WEBHOOKS.get(connection.vendor)
