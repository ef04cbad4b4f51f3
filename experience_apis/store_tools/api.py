"""What stores can hand over: this one with those nearby, and all of them for a shopper who wants to collect."""

import json
from hashlib import blake2b
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experience_apis.store_tools import examples, queries
from experience_apis.store_tools.serializers import PickupOptionsOut, PickupQuery, StoreAvailabilityOut, StoreQuery
from process_apis.catalog import queries as catalog
from retail_platform.kernel import clock
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.problem import NotFound
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

TAGS = ["store tools"]


class StoreAvailabilityView(ApiView):
    required_scopes = {"GET": "stores.read"}
    query_serializer = StoreQuery
    path_examples = {"node": examples.STORE}

    @extend_schema(
        operation_id="store_availability",
        summary="What this store can hand over, and the stores nearby that have it",
        description="`ready_from` is when goods asked for now are picked, `until` when the counter closes after that; "
        "both follow opening hours, lead time and cut-off. A store that is offline or silent for too long says so in "
        "`state`. A store that is not yours answers 404; of the stores nearby you see what a shopper sees.",
        responses={200: StoreAvailabilityOut, 304: None, 404: None, 422: None},
        examples=[example("two skus", examples.AVAILABILITY, status=200)],
        tags=TAGS,
    )
    def get(self, request: Request, node: str) -> Response:
        if not cast(Principal, request.user).sees_store(node):
            raise NotFound(queries.NO_STORE)
        now = clock.now()
        mine, nearby = queries.store(node, skus=self.query["sku"], now=now)
        found = {"as_of": now, "store": mine.shown(), "nearby": [each.shown() for each in nearby]}
        return _answer(StoreAvailabilityOut(found).data)


class PickupOptionsView(ApiView):
    required_scopes = {"GET": "stores.read"}
    also_scopes = {"GET": "storefront.read"}
    query_serializer = PickupQuery

    @extend_schema(
        operation_id="pickup_options",
        summary="Where a basket can be collected, and from when",
        description="Stores with everything come first, then the nearest, then those that are ready first; those "
        "that hand nothing over for now come last. A store that has nothing of it is not shown. Storefronts may ask "
        "with storefront.read.",
        responses={200: PickupOptionsOut, 304: None, 404: None, 422: None},
        examples=[example("two skus near Berlin", examples.OPTIONS, status=200)],
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        caller, asked, now = cast(Principal, request.user), self.query, clock.now()
        channel = _channel(asked["channel"], caller=caller)
        found = queries.pickup_options(
            asked["sku"],
            channel=channel,
            near=asked.get("near"),
            now=now,
            limit=asked["limit"],
            stores=caller.stores,
        )
        stores = [option.shown() for option in found]
        return _answer(PickupOptionsOut({"channel": channel, "as_of": now, "stores": stores}).data)


def _channel(code: str, *, caller: Principal) -> str:
    try:
        if caller.sees_channel(code):
            return catalog.channel(code).code
    except catalog.UnknownChannel:
        pass
    raise NotFound(
        "There is no channel of this name for you; ask for it as it is called in your contract.",
        errors=[{"parameter": "channel", "detail": "This channel is not known, or not yours."}],
    )


def _answer(body: Any) -> Response:
    """With an ETag of what it says: that it was read a moment later is no news."""
    said = json.dumps({name: value for name, value in body.items() if name != "as_of"}, sort_keys=True)
    return Response(body, headers={"ETag": f'W/"{blake2b(said.encode(), digest_size=12).hexdigest()}"'})
