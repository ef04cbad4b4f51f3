"""Where the platform and the sandbox find each other. Both may have moved to other ports since the last start."""

from collections.abc import Mapping
from typing import Any

import requests

from retail_platform.demo import controls
from retail_platform.kernel import clock
from system_apis.connections import services as connections
from system_apis.connections.models import Connection

OF_THIS_MACHINE = "http://127.0.0.1:"
PROVIDER_TELLS = ["charge.dispute.created", "charge.dispute.closed", "refund.failed"]


def webhooks(base_url: str, *, secrets: Mapping[str, str]) -> dict[str, Any]:
    """Where each pretend system tells us things, and with which secret, by connection, it signs them."""
    return {
        "commerce": {"url": f"{base_url}/hooks/shop", "secret": secrets["shop"], "shop": "shop.example"},
        "wms": {"url": f"{base_url}/hooks/wms", "secret": secrets["wms"]},
        "payments": {"url": f"{base_url}/hooks/payments", "secret": secrets["payments"], "topics": PROVIDER_TELLS},
        "carrier": {"url": f"{base_url}/hooks/carrier", "secret": secrets["carrier"]},
    }


def follow(*, base_url: str, sandbox_url: str) -> int:
    """Tell what is connected to this machine's sandbox, and the sandbox, where the other is now.

    Returns how many connections that concerns: none where nobody seeded, or where the sandbox is another machine's.
    """
    pretend = Connection.objects.filter(vendor="sandbox", base_url__startswith=OF_THIS_MACHINE)
    rows = list(Connection.objects.filter(base_url__in=pretend.values("base_url")))
    for row in rows:
        connections.connect(code=row.code, now=clock.now(), base_url=sandbox_url)
    if rows:
        secrets = {row.code: str(row.credentials.get("webhook_secret", "")) for row in rows}
        tell(sandbox_url, {"webhooks": webhooks(base_url, secrets=secrets)})
    return len(rows)


def tell(sandbox_url: str, setup: Mapping[str, Any]) -> None:
    """Set the sandbox up; what is not named stays."""
    answer = requests.post(f"{sandbox_url}/_control/setup", json=setup, headers=controls.headers(), timeout=30)
    answer.raise_for_status()
