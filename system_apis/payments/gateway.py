"""Which payment provider answers: the connection says whose API it speaks. Nothing else names a vendor."""

from collections.abc import Callable

from system_apis.connections import queries
from system_apis.connections.models import Connection
from system_apis.inbox.signatures import WebhookRules
from system_apis.payments.port import PaymentsPort
from system_apis.payments.vendors.sandbox import webhook as sandbox_webhook
from system_apis.payments.vendors.sandbox.adapter import SandboxPayments

VENDORS: dict[str, Callable[[Connection], PaymentsPort]] = {"sandbox": SandboxPayments.over}
WEBHOOKS: dict[str, WebhookRules] = {"sandbox": sandbox_webhook.RULES}


def payments(code: str | None = None) -> PaymentsPort:
    """The provider with this code, or the first there is. Raises NoConnection."""
    connection = queries.active(kind="payments", code=code)
    return queries.choice(connection, VENDORS)(connection)
