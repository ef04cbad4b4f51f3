"""Recorded orders of real Shopify shops, and Shopify's own schema. Skipped where the samples are not at hand."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from graphql import Undefined, build_schema, parse, validate
from graphql.utilities import coerce_input_value

from canonical.order import Order
from canonical.shipment import Shipment, ShipmentLine
from retail_platform.kernel import clock
from system_apis.commerce.gateway import commerce
from system_apis.commerce.port import Level
from system_apis.commerce.vendors.shopify import cancelling, fulfilment, graphql, inventory, webhook
from system_apis.connections import services
from system_apis.crosswalk import services as crosswalk
from system_apis.errors import ContractBroken
from system_apis.inbox.models import InboxMessage

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"
SAMPLES = CONTRACTS / "shopify" / "samples"
SECRET = "shpss_samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the vendors' samples are not at hand")


def orders() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every order in the samples, by file and number: single ones, lists, and recorded HTTP exchanges."""
    for path in sorted(SAMPLES.glob("**/*.json")):
        for place, order in enumerate(found_in(json.loads(path.read_text()))):
            yield f"{path.parent.name}/{path.stem}-{place}", order


def found_in(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for item in document:
            yield from found_in(item)
    elif isinstance(document, dict) and "line_items" in document and "total_price" in document:
        yield document
    elif isinstance(document, dict):
        for name in ("body", "order", "orders"):
            yield from found_in(document.get(name))


EVERY_ORDER = dict(orders()) if SAMPLES.exists() else {}
FOLDERS = ("webhooks_orders_create", "recorded")
REAL = {name: order for name, order in EVERY_ORDER.items() if name.split("/")[0] in FOLDERS}
FILES = sorted(path for folder in FOLDERS for path in (SAMPLES / folder).glob("*.json"))


@pytest.fixture
def shop(db: None) -> None:
    services.connect(
        code="shop", kind="commerce", vendor="shopify", base_url="https://shop.example", channel="web",
        secrets={"webhook_secret": SECRET, "token": "shpat_x"}, now=clock.now(),
    )  # fmt: skip


def post(raw: bytes) -> Any:
    signature = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Topic": "orders/create"}
    return Client().post("/hooks/shop", raw, content_type="application/json", headers=headers)


def test_there_are_orders_to_try() -> None:
    assert len(REAL) >= 4


@pytest.mark.parametrize("name", sorted(EVERY_ORDER))
def test_each_is_accepted_and_kept_as_it_came(name: str, shop: None) -> None:
    raw = json.dumps(EVERY_ORDER[name], ensure_ascii=False).encode()
    assert post(raw).status_code == 200
    assert bytes(InboxMessage.objects.get().raw) == raw


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_accepted_byte_for_byte(path: Path, shop: None) -> None:
    assert post(path.read_bytes()).status_code == 200


@pytest.mark.parametrize("name", sorted(EVERY_ORDER))
def test_each_is_read_or_says_exactly_what_is_missing(name: str, shop: None) -> None:
    order = EVERY_ORDER[name]
    try:
        read = commerce("web").read_order(json.dumps(order).encode(), channel="web")
    except ContractBroken as refused:
        for line in order["line_items"]:
            if not line.get("sku"):
                assert f"line {line['id']} " in str(refused)  # noqa: PT017
        return
    assert read.total.text == order["total_price"]


@pytest.mark.parametrize("name", sorted(REAL))
def test_each_real_order_is_read_once_its_variants_are_linked(name: str, shop: None) -> None:
    order = REAL[name]
    connection = services.Connection.objects.get(code="shop")
    for line in order["line_items"]:
        crosswalk.link(connection, "variant", ours=f"SKU-{line['variant_id']}", theirs=str(line["variant_id"]))
    raw = json.dumps(order).encode()
    if not (order.get("shipping_address") or order.get("billing_address")):
        with pytest.raises(ContractBroken, match="shipping_address"):
            commerce("web").read_order(raw, channel="web")
        return
    read = commerce("web").read_order(raw, channel="web")
    assert isinstance(read, Order)
    assert read.total.text == order["total_price"]
    assert [line.quantity for line in read.lines] == [line["quantity"] for line in order["line_items"]]


def test_the_published_signature_is_genuine() -> None:
    vector = json.loads((CONTRACTS / "webhook_signature_vectors.json").read_text())["shopify"]
    raw = vector["raw_body"].encode()
    headers = {"X-Shopify-Hmac-Sha256": vector["X-Shopify-Hmac-SHA256"]}
    now = datetime.now(UTC)
    assert webhook.is_genuine(headers, raw, (vector["client_secret"],), now)
    assert not webhook.is_genuine(headers, raw + b" ", (vector["client_secret"],), now)


@pytest.fixture(scope="module")
def schema() -> Any:
    return build_schema((CONTRACTS / "shopify" / "admin-2026-01.schema.graphql").read_text(), assume_valid=True)


DOCUMENTS = [
    graphql.ORDER_TO_FULFIL, graphql.FULFIL, graphql.SET_STOCK, graphql.STOCK_SHOWN,
    cancelling.ORDER_CANCELLED, cancelling.CANCEL, cancelling.SUGGESTED, cancelling.REFUND,
]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_we_ask_fits_shopifys_schema(schema: Any, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_the_fulfilment_we_send_fits_shopifys_schema(schema: Any) -> None:
    order = {
        "fulfillmentOrders": {
            "nodes": [
                {
                    "id": "gid://shopify/FulfillmentOrder/1",
                    "status": "OPEN",
                    "lineItems": {
                        "nodes": [
                            {
                                "id": "gid://shopify/FulfillmentOrderLineItem/2",
                                "remainingQuantity": 3,
                                "lineItem": {"id": "gid://shopify/LineItem/11"},
                            }
                        ]
                    },
                }
            ]
        }
    }
    parcel = Shipment(
        shipment_id="P-1", order_number="#1001", node="WH-1", carrier="DHL", tracking_number="JJD1",
        lines=(ShipmentLine(line_id="11", sku="BOOT-42", quantity=2),), dispatched_at=datetime.now(UTC),
    )  # fmt: skip
    fits = schema.type_map["FulfillmentInput"]
    assert coerce_input_value(fulfilment.to_fulfilment(order, parcel), fits) is not Undefined
    assert coerce_input_value({"orderId": "1"}, fits) is Undefined


def test_the_levels_we_send_fit_shopifys_schema(schema: Any) -> None:
    levels = [Level("BOOT-42", 9, expected=3), Level("SOCK-1", 0)]
    sent = inventory.to_input(levels, items={"BOOT-42": "1", "SOCK-1": "2"}, place="7", key="k1")
    fits = schema.type_map["InventorySetQuantitiesInput"]
    assert coerce_input_value(sent, fits) is not Undefined
    assert coerce_input_value({**sent, "quantities": [{"quantity": "9"}]}, fits) is Undefined


def test_the_refund_we_send_fits_shopifys_schema(schema: Any) -> None:
    paid = {"gateway": "shopify_payments", "amountSet": {"presentmentMoney": {"amount": "9.99", "currencyCode": "EUR"}},
            "parentTransaction": {"id": "gid://shopify/OrderTransaction/5"}}  # fmt: skip
    lines = cancelling.to_lines({"11": 2})
    suggested = {"suggestedRefund": {"suggestedTransactions": [paid]}}
    sent = cancelling.to_refund("gid://shopify/Order/1", lines, note="n", suggested=suggested)
    fits = schema.type_map["RefundInput"]
    assert coerce_input_value(sent, fits) is not Undefined
    assert coerce_input_value({**sent, "transactions": [{"amount": "9.99"}]}, fits) is Undefined


def test_every_reason_we_give_is_one_of_shopifys(schema: Any) -> None:
    assert {*cancelling.REASONS.values(), "OTHER"} <= set(schema.type_map["OrderCancelReason"].values)
