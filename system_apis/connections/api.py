"""Which systems are connected, and how they are."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView
from system_apis.connections import queries
from system_apis.connections.serializers import ConnectionsOut

_CONNECTIONS = {
    "connections": [
        {
            "code": "erp",
            "kind": "erp",
            "vendor": "sandbox",
            "channel": "",
            "active": True,
            "budget_per_s": 200,
            "breaker_state": "closed",
            "breaker_until": None,
            "last_ok_at": "2026-03-01T09:30:00Z",
            "last_fault_at": None,
            "last_fault": "",
        }
    ]
}


class ConnectionsView(ApiView):
    required_scopes = {"GET": "system.read"}

    @extend_schema(
        operation_id="connections",
        summary="All connections and their health",
        description="One entry for each account at a vendor, with its breaker and its last answers. No secrets.",
        responses={200: ConnectionsOut},
        examples=[example("one connection", _CONNECTIONS, status=200)],
        tags=["connections"],
    )
    def get(self, request: Request) -> Response:
        return Response(ConnectionsOut({"connections": queries.everything()}).data)
