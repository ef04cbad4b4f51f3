"""Goods that move between nodes: planned, shipped, received in parts, closed."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock.faces import examples
from process_apis.stock.faces.transfer_serializers import (
    CLOSED,
    LINES,
    PLANNED,
    RECEIVED,
    SHIPPED,
    CloseIn,
    ReceiveIn,
    ShipIn,
    TransferDocOut,
    TransferIn,
    TransferOut,
    TransfersOut,
    TransfersQuery,
)
from process_apis.stock.models import Transfer
from process_apis.stock.moving import transfers
from process_apis.stock.moving.transfers import Receipt
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.problem import Unprocessable
from retail_platform.kernel.schema import ProblemOut, example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView


class TransfersView(IdempotentPost, ApiView):
    required_scopes = {"GET": "process.read", "POST": "process.write"}
    query_serializer = TransfersQuery

    @extend_schema(
        operation_id="stock_transfers",
        summary="Transfers between nodes, the latest first",
        responses={200: TransfersOut},
        examples=[example("one on the way", {"items": [SHIPPED], "next": None}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request) -> Response:
        rows, mine = Transfer.objects.prefetch_related("lines"), cast(Principal, request.user).stores
        if mine:
            rows = rows.filter(Q(from_node__in=mine) | Q(to_node__in=mine))
        if state := self.query.get("state"):
            rows = rows.filter(state=state)
        return Response(page(rows, order=["-id"], query=self.query, show=lambda row: TransferOut(row).data))

    @extend_schema(
        operation_id="plan_stock_transfer",
        summary="Plan a transfer of goods from one node to another",
        request=TransferIn,
        responses={201: TransferDocOut, 409: ProblemOut},
        examples=[
            example("two to a store", {"reference": examples.TO_PLAN, "from_node": examples.FROM,
                                       "to_node": examples.TO, "due_on": "2026-03-04", "lines": LINES}),
            example("planned", PLANNED, status=201),
        ],
        tags=["stock"],
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        def plan(body: dict[str, Any]) -> Response:
            caller = cast(Principal, request.user)
            if not caller.sees_store(body["from_node"]) and not caller.sees_store(body["to_node"]):
                errors = [{"pointer": "/from_node", "detail": "Neither this node nor the other one is yours."}]
                raise Unprocessable("One of the nodes must be yours.", errors=errors)
            fields = {name: value for name, value in body.items() if name != "lines"}
            planned = transfers.plan(**fields, units=_units(body["lines"]))
            where = {"Location": f"{request.path}/{planned.reference}"}
            return Response(TransferOut(planned).data, status=201, headers=where)

        return self.once(request, body=TransferIn, work=plan)


class TransferView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"reference": examples.PLANNED}

    @extend_schema(
        operation_id="stock_transfer",
        summary="One transfer and how far it is",
        responses={200: TransferDocOut, 404: None},
        examples=[example("on the way", SHIPPED, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(TransferOut(_mine(request, reference)).data)


class _Stage(IdempotentPost, ApiView):
    required_scopes = {"POST": "process.write"}

    def do(
        self, request: Request, body: type[StrictSerializer], work: Callable[[dict[str, Any]], Transfer]
    ) -> HttpResponse:
        return self.once(request, body=body, work=lambda value: Response(TransferOut(work(value)).data))


class ShipTransferView(_Stage):
    path_examples = {"reference": examples.TO_SHIP}

    @extend_schema(
        operation_id="ship_stock_transfer",
        summary="The goods have left",
        description="All that was planned, unless lines say less. 409 `out-of-stock` when some is promised there.",
        request=ShipIn,
        responses={200: TransferDocOut, 404: None, 409: ProblemOut},
        examples=[example("all of it", {}), example("on the way", SHIPPED, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        def ship(body: dict[str, Any]) -> Transfer:
            _mine(request, reference, end="from_node")
            units = _units(body["lines"]) if body.get("lines") else None
            return transfers.ship(reference, at=body.get("at") or clock.now(), units=units)

        return self.do(request, ShipIn, ship)


class ReceiveTransferView(_Stage):
    path_examples = {"reference": examples.TO_RECEIVE}

    @extend_schema(
        operation_id="receive_stock_transfer",
        summary="Some of the goods have come",
        description="In as many deliveries as they come in. More than went is taken in too, and becomes a case.",
        request=ReceiveIn,
        responses={200: TransferDocOut, 404: None, 409: ProblemOut},
        examples=[
            example("one of them", {"receipt": "GR-2", "lines": [{"sku": examples.SKU, "units": 1}]}),
            example("one is missing", RECEIVED, status=200),
        ],
        tags=["stock"],
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        def receive(body: dict[str, Any]) -> Transfer:
            _mine(request, reference, end="to_node")
            receipt = Receipt(body["receipt"], _units(body["lines"]), body.get("at") or clock.now())
            return transfers.receive(reference, receipt)

        return self.do(request, ReceiveIn, receive)


class CloseTransferView(_Stage):
    path_examples = {"reference": examples.TO_CLOSE}

    @extend_schema(
        operation_id="close_stock_transfer",
        summary="Nothing more will come",
        description="What is outstanding is lost: a variance for each sku, a case, and an entry in the ledger.",
        request=CloseIn,
        responses={200: TransferDocOut, 404: None, 409: ProblemOut},
        examples=[example("lost", {"reason": "lost by the carrier"}), example("closed", CLOSED, status=200)],
        tags=["stock"],
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        def close(body: dict[str, Any]) -> Transfer:
            _mine(request, reference, end="to_node")
            return transfers.close(reference, reason=body["reason"], at=clock.now())

        return self.do(request, CloseIn, close)


def _mine(request: Request, reference: str, *, end: str = "") -> Transfer:
    found, caller = transfers.transfer(reference), cast(Principal, request.user)
    ends = [getattr(found, end)] if end else [found.from_node, found.to_node]
    if not any(caller.sees_store(node) for node in ends):
        raise transfers.NoSuchTransfer(f"there is no transfer {reference!r} for you; check the reference")
    return found


def _units(lines: list[dict[str, Any]]) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in lines:
        units[line["sku"]] = units.get(line["sku"], 0) + line["units"]
    return units
