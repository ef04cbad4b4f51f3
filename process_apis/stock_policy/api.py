"""Why a channel sees what it sees of a sku."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from process_apis.stock_policy import services
from process_apis.stock_policy.offers import NodeOffer, Offer
from process_apis.stock_policy.serializers import ChannelsOut
from retail_platform.kernel import clock
from retail_platform.kernel.identity.principal import Principal
from retail_platform.kernel.schema import example
from retail_platform.kernel.views import ApiView

_AT_NODE = {
    "node": "WH-1",
    "units": 66,
    "may_ship": True,
    "may_pick_up": False,
    "excluded_because": "",
    "terms": [{"name": "on hand", "units": 74}, {"name": "reserved", "units": -3}, {"name": "safety", "units": -5}],
}
_FIGURE = {
    "channel": "web",
    "available": 33,
    "on_backorder": 0,
    "promise": {"date": "2026-03-02", "basis": "in stock"},
    "terms": [{"name": "all nodes", "units": 66}, {"name": "share of 50 %", "units": -33}],
    "nodes": [_AT_NODE],
}


class ChannelsView(ApiView):
    required_scopes = {"GET": "process.read"}
    path_examples = {"sku": "SKU-00001"}

    @extend_schema(
        operation_id="explain_stock_for_channels",
        summary="What each channel may sell of a sku, and why",
        description="For each channel: what it may sell now, what more it may take orders for, the earliest day, the "
        "arithmetic from goods on hand to the figure, and for each node why it sells or does not. The policies behind "
        "the terms are in the admin.",
        responses={200: ChannelsOut, 404: None},
        examples=[example("one channel", {"sku": "SKU-00001", "channels": [_FIGURE]}, status=200)],
        tags=["stock"],
    )
    def get(self, request: Request, sku: str) -> Response:
        caller = cast(Principal, request.user)
        offers = services.explained(sku, now=clock.now())
        shown = [_shown(code, offer, caller) for code, offer in offers.items() if caller.sees_channel(code)]
        return Response({"sku": sku, "channels": shown})


def _shown(channel: str, offer: Offer, caller: Principal) -> dict[str, Any]:
    promise = offer.promise and {"date": offer.promise.day, "basis": offer.promise.basis}
    return {
        "channel": channel,
        "available": offer.available,
        "on_backorder": offer.on_backorder,
        "promise": promise,
        "terms": _terms(offer),
        "nodes": [
            {
                "node": each.node,
                "units": each.units,
                "may_ship": each.may_ship,
                "may_pick_up": each.may_pick_up,
                "excluded_because": each.excluded_because,
                "terms": _terms(each),
            }
            for each in offer.nodes
            if caller.sees_store(each.node)
        ],
    }


def _terms(figure: Offer | NodeOffer) -> list[dict[str, Any]]:
    return [{"name": name, "units": units} for name, units in figure.terms if units]
