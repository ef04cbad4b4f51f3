"""Click-and-collect at the counter: the store's list, and each move of one pickup."""

from datetime import timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.store_tools import counter_acts, examples, pickups_examples
from experience_apis.store_tools.pickups_serializers import (
    HandOverIn,
    PickIn,
    PickupOut,
    PickupsOut,
    PickupsQuery,
    RejectIn,
    RejectionsOut,
    RejectionsQuery,
    StaffIn,
    shown,
)
from experience_apis.store_tools.queries import NO_STORE
from process_apis.catalog import queries as catalog
from process_apis.pickups import queries
from process_apis.pickups.handing_over import WrongCode
from retail_platform.kernel import clock
from retail_platform.kernel.idempotency.views import IdempotentPost
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.pages import page
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import example
from retail_platform.kernel.serializers import StrictSerializer
from retail_platform.kernel.views import ApiView

_TAGS = ["store tools"]
_REFUSED = {404: None, 409: None, 422: None}


class PickupsView(ApiView):
    required_scopes = {"GET": "stores.read"}
    query_serializer = PickupsQuery
    path_examples = {"node": examples.STORE}

    @extend_schema(
        operation_id="store_pickups",
        summary="What a store is to hand over",
        description="Those to be ready first come first. Without `state` all that are still to be dealt with.",
        responses={200: PickupsOut, 304: None, 404: None},
        examples=[example("one that is ready", {"items": [pickups_examples.READY], "next": None}, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, node: str) -> Response:
        if not cast(Principal, request.user).sees_store(node) or node not in catalog.nodes():
            raise NotFound(NO_STORE)
        now, state = clock.now(), self.query.get("state")
        rows = queries.of_store(node, states=[state] if state else [])
        return Response(page(rows, order=["ready_by", "id"], query=self.query, show=lambda row: shown(row, now=now)))


class PickupView(ApiView):
    required_scopes = {"GET": "stores.read"}
    path_examples = {"pickup": pickups_examples.ID}

    @extend_schema(
        operation_id="pickup",
        summary="One pickup, and what can be done with it",
        responses={200: PickupOut, 304: None, 404: None},
        examples=[example("ready", pickups_examples.READY, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request, pickup: UUID) -> Response:
        found = queries.pickup(pickup, stores=cast(Principal, request.user).stores)
        return Response(shown(found, now=clock.now()))


class RejectionsView(ApiView):
    required_scopes = {"GET": "stores.read"}
    query_serializer = RejectionsQuery

    @extend_schema(
        operation_id="pickup_rejections",
        summary="What stores could not hand over, counted by reason",
        responses={200: RejectionsOut, 304: None},
        examples=[example("two that were not found", pickups_examples.REJECTIONS, status=200)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        since = clock.now() - timedelta(days=self.query["days"])
        counted = queries.rejections(since=since, nodes=cast(Principal, request.user).stores)
        items = [{"node": node, "reason": reason, "count": count} for node, reason, count in counted]
        return Response(RejectionsOut({"since": since, "items": items}).data)


class _MoveView(IdempotentPost, ApiView):
    required_scopes = {"POST": "stores.write"}
    move: ClassVar[str]
    body: ClassVar[type[StrictSerializer]] = StaffIn

    def _move(self, request: Request, pickup: UUID) -> HttpResponse:
        stores = cast(Principal, request.user).stores

        def work(asked: dict[str, Any]) -> Response:
            now = clock.now()
            moved = counter_acts.act(self.move, pickup_id=pickup, stores=stores, asked=asked, now=now)
            return Response(shown(moved, now=now))

        try:
            return self.once(request, body=self.body, work=work)
        except WrongCode:
            counter_acts.count_guess(pickup)
            raise


class PickView(_MoveView):
    move, body = "pick", PickIn
    path_examples = {"pickup": pickups_examples.IDS["pick"]}

    @extend_schema(
        operation_id="pick_pickup",
        summary="Somebody fetches the goods",
        description="May be sent again as picking goes on, with what was picked by then.",
        request=PickIn,
        responses={200: PickupOut, **_REFUSED},
        examples=[
            example("started", pickups_examples.STAFF),
            example("being picked", {**pickups_examples.READY, "state": "picking"}, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, pickup: UUID) -> HttpResponse:
        return self._move(request, pickup)


class ReadyView(_MoveView):
    move = "ready"
    path_examples = {"pickup": pickups_examples.IDS["ready"]}

    @extend_schema(
        operation_id="ready_pickup",
        summary="All of it lies at the counter",
        description="The customer is told, and the goods are kept for the days that the retailer has set.",
        request=StaffIn,
        responses={200: PickupOut, **_REFUSED},
        examples=[
            example("ready", pickups_examples.STAFF),
            example("kept from now on", pickups_examples.READY, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, pickup: UUID) -> HttpResponse:
        return self._move(request, pickup)


class ArrivedView(_MoveView):
    move = "arrived"
    path_examples = {"pickup": pickups_examples.IDS["arrived"]}

    @extend_schema(
        operation_id="arrived_pickup",
        summary="The customer is at the store",
        request=StaffIn,
        responses={200: PickupOut, **_REFUSED},
        examples=[
            example("here", pickups_examples.STAFF),
            example("waiting", {**pickups_examples.READY, "state": "arrived"}, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, pickup: UUID) -> HttpResponse:
        return self._move(request, pickup)


class HandOverView(_MoveView):
    move, body = "handover", HandOverIn
    path_examples = {"pickup": pickups_examples.IDS["handover"]}

    @extend_schema(
        operation_id="hand_over_pickup",
        summary="The goods change hands",
        description="Needs the customer's code, or `id_checked`; after five wrong codes only the latter. From here "
        "on the customer is charged and the sale is booked. Somebody else may collect, and a part of it.",
        request=HandOverIn,
        responses={200: PickupOut, **_REFUSED},
        examples=[
            example("a part of it, to somebody else with an identity document", pickups_examples.PART),
            example("handed over", pickups_examples.HANDED_OVER, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, pickup: UUID) -> HttpResponse:
        return self._move(request, pickup)


class RejectView(_MoveView):
    move, body = "reject", RejectIn
    path_examples = {"pickup": pickups_examples.IDS["reject"]}

    @extend_schema(
        operation_id="reject_pickup",
        summary="The store cannot hand it over",
        description="Another store nearby is asked, or the goods are sent; where nobody has them the order is "
        "cancelled and its money let go. The customer is told what becomes of it.",
        request=RejectIn,
        responses={200: PickupOut, **_REFUSED},
        examples=[
            example("not found", {"staff": "kim", "reason": "not_found", "note": "shelf and back room"}),
            example("rejected", pickups_examples.REJECTED, status=200),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, pickup: UUID) -> HttpResponse:
        return self._move(request, pickup)
