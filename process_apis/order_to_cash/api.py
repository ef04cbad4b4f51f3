"""Orders as the books hold them, and the whole story of each."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.order_to_cash import queries, trace
from process_apis.order_to_cash.serializers import OrderOut, TraceOut
from process_apis.orders import queries as orders
from process_apis.orders.serializers import OrderRowOut, OrdersOut, OrdersQuery
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.views import ApiView

EXAMPLE_ORDER = "DEMO-1001"
_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def _eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


_ROW: dict[str, Any] = {
    "number": EXAMPLE_ORDER,
    "channel": "shop",
    "channel_order_id": "1001",
    "state": "closed",
    "total": _eur("119.00"),
    "placed_at": "2026-03-01T09:29:58Z",
    "received_at": "2026-03-01T09:30:00Z",
    "closed_at": "2026-03-02T14:00:00Z",
    "correlation_id": _ID,
}
ORDER = {
    **_ROW,
    "erp_reference": "SO-1001",
    "cancel_reason": "",
    "channel_state": "closed",
    "on_hold": "",
    "customer_id": "0b6f3e1e-8c7a-4d39-9a53-3c6c0f1f2a11",
    "purchase_order": "",
    "placed_by": "",
    "sold_at": "",
    "lines": [
        {
            "line_id": "1", "sku": "SKU-00001", "title": "Coat, white, no. 1", "unit": "EA", "quantity": 1,
            "shipped": 1, "cancelled": 0, "unit_price": _eur("119.00"), "discount": _eur("0.00"), "tax": _eur("19.00"),
            "kind": "goods", "contract": "", "wanted_on": None, "belongs_to": "", "promised_on": None, "min_age": 0,
        }
    ],
    "tenders": [
        {
            "position": 1, "kind": "card", "state": "captured", "amount": _eur("119.00"), "captured": _eur("119.00"),
            "refunded": _eur("0.00"), "voided": _eur("0.00"), "settled_by": "provider",
        }
    ],
    "parcels": [
        {
            "shipment_id": "SHP-1", "node": "WH-1", "state": "settled", "carrier": "DHL", "tracking_number": "JD01",
            "invoice_number": "INV-DEMO-1001-1", "total": _eur("119.00"), "dispatched_at": "2026-03-01T12:00:00Z",
            "settled_at": "2026-03-01T12:00:04Z", "lines": [{"line_id": "1", "sku": "SKU-00001", "quantity": 1}],
        }
    ],
    "reservations": [
        {"line_id": "1", "sku": "SKU-00001", "node": "WH-1", "units": 1, "consumed": 1, "state": "consumed"}
    ],
    "history": [{"name": "order.placed", "at": "2026-03-01T09:30:00Z", "detail": {}, "correlation_id": _ID}],
}  # fmt: skip
_TRACE = {
    "order_number": EXAMPLE_ORDER,
    "correlation_ids": [_ID],
    "complete": True,
    "events": [
        {
            "at": "2026-03-01T09:30:02Z", "kind": "step", "name": "create_erp_order", "subject": EXAMPLE_ORDER,
            "state": "done", "vendor_refs": {"erp_order": "SO-1001"},
            "detail": {"attempts": 1, "key": "1f0c2a7b9d3e4f5061728394a5b6c7d8"}, "correlation_id": _ID,
        }
    ],
}  # fmt: skip


class OrdersView(ApiView):
    required_scopes = {"GET": "process.read"}
    query_serializer = OrdersQuery

    @extend_schema(
        operation_id="orders",
        summary="Orders, the latest first",
        description="A client limited to some channels sees only theirs.",
        responses={200: OrdersOut},
        examples=[example("one order", {"items": [_ROW], "next": None}, status=200)],
        tags=["orders"],
    )
    def get(self, request: Request) -> Response:
        channels = cast(Principal, request.user).channels
        rows = orders.recent(channels=channels, state=self.query.get("state"), channel=self.query.get("channel"))
        order = ["-received_at", "-id"]
        return Response(page(rows, order=order, query=self.query, show=lambda row: OrderRowOut(row).data))


class OrderView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"number": EXAMPLE_ORDER}

    @extend_schema(
        operation_id="order",
        summary="One order: lines, tenders, parcels, reservations, history",
        responses={200: OrderOut, 404: ProblemOut},
        examples=[example("a closed order", ORDER, status=200)],
        tags=["orders"],
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(OrderOut(queries.whole_order(number, channels=cast(Principal, request.user).channels)).data)


class TraceView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"number": EXAMPLE_ORDER}

    @extend_schema(
        operation_id="order_trace",
        summary="The whole story of one order, in time order, across all layers",
        description="Messages that came in, facts, runs with their steps and the vendors' references, goods, money, "
        "journal entries with the ERP's numbers, and cases.",
        responses={200: TraceOut, 404: ProblemOut},
        examples=[example("one step of it", _TRACE, status=200)],
        tags=["orders"],
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(TraceOut(trace.of_order(number, channels=cast(Principal, request.user).channels)).data)
