"""What a Shopify order lacks: the case names it and says what to do, and once that is done the order goes through."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.shopify_shop import ShopifyShop, an_order

pytestmark = [pytest.mark.timeout(300)]
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "shopify" / "samples"
FILES = [
    file for folder in ("webhooks_orders_create", "recorded") for file in sorted((SAMPLES / folder).glob("*.json"))
]


def test_an_unknown_sku_parks_the_order_with_a_case_that_names_it_and_goes_on_once_it_is_known(
    shop: ShopifyShop,
) -> None:
    sku = f"NEW-{uuid.uuid4().hex[:8].upper()}"
    order = an_order(sku=sku)
    shop.buy(order)

    case = shop.case_about(order["name"])
    assert f"'{sku}' is not in the catalog" in case["detail"]
    assert f"add '{sku}' under Catalog, Products" in case["proposal"]
    add_product(shop, sku)
    shop.manage("resume", str(case["run_id"]))

    shop.closed(order["name"])


def test_a_line_without_sku_parks_the_order_until_its_variant_is_linked(shop: ShopifyShop) -> None:
    order = an_order(sku="")
    variant = order["line_items"][0]["variant_id"]
    inbox_id = shop.buy(order)

    case = shop.case_about(inbox_id)
    assert f"link variant {variant} to one of our skus" in case["detail"]
    shop.manage("link", "--connection", "shopify", f"{variant}={free_sku(shop)}")
    shop.manage("resume", str(case["run_id"]))

    shop.closed(order["name"])


def test_an_order_that_nobody_has_paid_goes_on_by_itself_when_the_shop_tells_of_the_payment(shop: ShopifyShop) -> None:
    order = an_order(financial_status="pending", total_outstanding="35.70")
    shop.buy(order)

    case = shop.case_about(order["name"])
    assert "tender 'card' of 35.70 EUR is still pending at the shop" in case["detail"]
    paid = {**order, "financial_status": "paid", "updated_at": "2026-03-03T08:00:00+01:00"}
    shop.over(shop.deliver(paid, topic="orders/updated"))

    shop.closed(order["name"])


def test_what_the_shop_has_authorized_is_neither_held_again_nor_taken_by_us(shop: ShopifyShop) -> None:
    order = an_order(financial_status="authorized")
    shop.buy(order)

    shop.closed(order["name"])
    assert shop.effects(order["name"], "authorize") + shop.effects(order["name"], "capture") == []


@pytest.mark.skipif(not FILES, reason="the vendors' samples are not at hand")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recorded_file_is_kept_and_then_taken_or_parked_with_a_case(shop: ShopifyShop, file: Path) -> None:
    answer = shop.post(file.read_bytes())

    assert answer.status_code == 200
    case = shop.case_about(answer.json()["inbox_id"])
    lines = [line for line in lines_of(json.loads(file.read_text())) if not line.get("sku")]
    assert (
        all(f"link variant {line['variant_id']} " in case["detail"] for line in lines)
        or "no Shopify order" in (case["detail"])
    )


def lines_of(document: Any) -> list[dict[str, Any]]:
    return document.get("line_items", []) if isinstance(document, dict) else []


def add_product(shop: ShopifyShop, sku: str) -> None:
    """As somebody in master data would, and goods with it."""
    shop.manage(
        "shell", "-v0", "-c",
        f"""
from canonical.stock import MovementReason, StockMovement
from process_apis.catalog.models import Product
from process_apis.stock import services as stock
from retail_platform.kernel import clock
Product.objects.create(sku="{sku}", title="New", tax_code="standard", price_minor=2380, cost_minor=900, currency="EUR")
stock.move([StockMovement(key="opening:WH-1:{sku}", sku="{sku}", node="WH-1", units=5, reason=MovementReason.OPENING,
                          source="opening", occurred_at=clock.now())])
""",
    )  # fmt: skip
    shop.control("POST", "/setup", {"stock": [{"node": "WH-1", "sku": sku, "on_hand": 5}]})


def free_sku(shop: ShopifyShop) -> str:
    """An sku of ours that no variant is linked to yet."""
    return str(
        shop.one(
            "SELECT sku FROM catalog_product WHERE sku LIKE 'SKU-%%' AND sku NOT IN (SELECT ours FROM crosswalk_link"
            " WHERE entity = 'variant')"
            " AND sku IN (SELECT sku FROM stock_stockposition WHERE on_hand - reserved > 3) ORDER BY sku LIMIT 1"
        )
    )
