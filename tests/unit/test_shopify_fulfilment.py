"""Telling Shopify of a parcel: over real HTTP, against a small stand-in that answers in Shopify's shapes."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from canonical.shipment import Shipment, ShipmentLine
from retail_platform.kernel import clock
from system_apis.commerce.gateway import commerce
from system_apis.connections import services
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable
from system_apis.terms import CallKey

GID = "gid://shopify/"
FIRST = CallKey("k1")
REPEAT = CallKey("k1", tried_before=True, last_tried_at=datetime.now(UTC) - timedelta(minutes=1))
pytestmark = pytest.mark.django_db


class Shop:
    """One order of three boots, in two fulfilment orders; it counts the fulfilments made."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.errors: list[dict[str, Any]] = []
        self.user_errors: list[dict[str, Any]] = []
        self.cut_next = False
        self.order_id = f"{GID}Order/9001"

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.errors:
            return {"errors": self.errors}
        if "fulfillmentCreate" not in asked["query"]:
            return {"data": {"order": self.order()}}
        if self.user_errors:
            return {"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": self.user_errors}}}
        self.made.append(asked["variables"]["fulfillment"])
        fulfilment = {"id": f"{GID}Fulfillment/{len(self.made)}", "name": "#1001-F1", "status": "SUCCESS"}
        return {"data": {"fulfillmentCreate": {"fulfillment": fulfilment, "userErrors": []}}}

    def order(self) -> dict[str, Any]:
        fulfilments = [
            {"id": f"{GID}Fulfillment/{place}", "status": "SUCCESS", "trackingInfo": [made["trackingInfo"]]}
            for place, made in enumerate(self.made, 1)
        ]
        return {
            "id": self.order_id,
            "name": "#1001",
            "fulfillments": fulfilments,
            "fulfillmentOrders": {
                "nodes": [open_units(1, 2), open_units(2, 1), {**open_units(3, 9), "status": "CLOSED"}]
            },
        }


def open_units(number: int, units: int) -> dict[str, Any]:
    line = {"id": f"{GID}FulfillmentOrderLineItem/{number}", "remainingQuantity": units}
    return {
        "id": f"{GID}FulfillmentOrder/{number}",
        "status": "OPEN",
        "lineItems": {"nodes": [{**line, "lineItem": {"id": f"{GID}LineItem/11"}}]},
    }


@pytest.fixture
def shop() -> Iterator[Shop]:
    stand_in = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stand_in.tokens.append(self.headers.get("X-Shopify-Access-Token"))
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(stand_in.answer(asked)).encode()
            if stand_in.cut_next and "fulfillmentCreate" in asked["query"]:
                stand_in.cut_next = False
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    services.connect(
        code="shop", kind="commerce", vendor="shopify", base_url=f"http://127.0.0.1:{server.server_address[1]}",
        channel="web", secrets={"token": "shpat_x"}, now=clock.now(),
    )  # fmt: skip
    yield stand_in
    server.shutdown()
    server.server_close()


def parcel(units: int = 3) -> Shipment:
    return Shipment(
        shipment_id="P-1", order_number="#1001", node="WH-1", carrier="DHL", tracking_number="JJD1",
        lines=(ShipmentLine(line_id="11", sku="BOOT-42", quantity=units),), dispatched_at=clock.now(),
    )  # fmt: skip


def tell(units: int = 3, key: CallKey = FIRST) -> str:
    return commerce("web").tell_shipped("9001", parcel(units), key=key).value


def test_units_are_taken_from_open_fulfilment_orders_in_turn(shop: Shop) -> None:
    tell(3)
    taken = shop.made[0]["lineItemsByFulfillmentOrder"]
    assert [entry["fulfillmentOrderLineItems"][0]["quantity"] for entry in taken] == [2, 1]


def test_the_customer_gets_the_tracking_number(shop: Shop) -> None:
    tell(1)
    assert shop.made[0]["trackingInfo"] == {"number": "JJD1", "company": "DHL"}
    assert shop.made[0]["notifyCustomer"] is True


def test_the_apps_token_is_sent(shop: Shop) -> None:
    tell(1)
    assert set(shop.tokens) == {"shpat_x"}


def test_a_cut_answer_and_a_repeat_make_one_fulfilment(shop: Shop) -> None:
    shop.cut_next = True
    with pytest.raises(OutcomeUnknown):
        tell(1)
    assert tell(1, REPEAT) == f"{GID}Fulfillment/1"
    assert len(shop.made) == 1


def test_more_than_is_open_is_refused_before_anything_is_sent(shop: Shop) -> None:
    with pytest.raises(Refused, match="1 of line 11"):
        tell(4)
    assert shop.made == []


def test_an_error_in_the_body_is_a_refusal_though_the_status_says_200(shop: Shop) -> None:
    shop.user_errors = [{"field": ["fulfillment"], "message": "is on hold"}]
    with pytest.raises(Refused, match="is on hold"):
        tell(1)


@pytest.mark.parametrize(
    ("code", "fault"), [("THROTTLED", Unavailable), ("ACCESS_DENIED", Refused), ("undefinedField", ContractBroken)]
)
def test_top_level_errors_are_told_apart(shop: Shop, code: str, fault: type[Exception]) -> None:
    shop.errors = [{"message": "no", "extensions": {"code": code}}]
    with pytest.raises(fault):
        tell(1)


def test_the_answer_to_another_question_is_noticed(shop: Shop) -> None:
    shop.order_id = f"{GID}Order/666"
    with pytest.raises(ContractBroken, match="666"):
        tell(1)
