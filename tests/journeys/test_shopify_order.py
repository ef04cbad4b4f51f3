"""An order of a Shopify shop, all the way through the running platform: booked once, sent once, told once."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from system_apis.inbox.signatures import base64_hmac
from tests.shopify_shop import SECRET, ShopifyShop, an_order

pytestmark = [pytest.mark.timeout(300)]
UNITS = 3


@pytest.fixture(scope="module")
def sold(shop: ShopifyShop) -> dict[str, Any]:
    """An order of three units that left in three parcels, and is closed."""
    order = an_order(quantity=UNITS)
    shop.control("POST", "/setup", {"parcels": {order["name"]: 3}})
    shop.buy(order)
    shop.closed(order["name"])
    return order


class TestASignedOrder:
    """A webhook that was signed as Shopify signs becomes a closed order."""

    def test_is_one_sales_order_in_the_erp(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        assert len(shop.effects(sold["name"], "create_sales_order")) == 1

    def test_was_reserved_and_the_reservation_used_up(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        reserved = "SELECT sum(units), sum(consumed) FROM stock_reservation WHERE order_number = %s"

        assert shop.rows(reserved, sold["name"]) == [(UNITS, UNITS)]

    def test_has_its_whole_price_captured(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        captured = (
            "SELECT sum(payment.captured_minor) FROM orders_payment payment"
            " JOIN orders_order sold ON sold.id = payment.order_id WHERE sold.number = %s"
        )

        assert shop.one(captured, sold["name"]) == 2380 * UNITS + 1190

    def test_has_an_invoice_for_each_parcel(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        assert len(shop.effects(sold["name"], "create_invoice")) == len(shop.effects(sold["name"], "dispatch")) == 3

    def test_has_journal_entries_that_balance(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        sums = (
            "SELECT sum(line.amount_minor) FROM ledger_journalentry entry"
            " JOIN ledger_journalline line ON line.entry_id = entry.id WHERE entry.order_number = %s GROUP BY entry.id"
        )

        assert {int(row[0]) for row in shop.rows(sums, sold["name"])} == {0}

    def test_has_a_deposit_and_a_sale_and_its_cost_for_each_parcel(
        self, shop: ShopifyShop, sold: dict[str, Any]
    ) -> None:
        purposes = "SELECT purpose, count(*) FROM ledger_journalentry WHERE order_number = %s GROUP BY purpose"

        assert dict(shop.rows(purposes, sold["name"])) == {"deposit": 1, "sale": 3, "cost": 3}

    def test_has_every_entry_in_the_erp_once(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        references = "SELECT reference FROM ledger_journalentry WHERE order_number = %s"
        ours = {row[0] for row in shop.rows(references, sold["name"])}

        assert {entry: len(shop.effects(entry, "post_journal")) for entry in ours} == dict.fromkeys(ours, 1)

    def test_is_told_to_the_shop_once_for_each_parcel(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        told = shop.effects(sold["name"], "fulfil")

        assert len({effect["key"] for effect in told}) == len(told) == 3

    def test_is_complete_at_the_storefront(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        shown = shop.status(sold["name"])

        assert (shown["state"], len(shown["parcels"])) == ("completed", 3)

    def test_sent_again_changes_nothing(self, shop: ShopifyShop, sold: dict[str, Any]) -> None:
        shop.over(shop.deliver(sold))

        assert len(shop.effects(sold["name"], "create_sales_order")) == 1


@pytest.mark.parametrize("wrong", ["another secret", "a changed body", "no signature", "an unknown connection"])
def test_what_is_not_genuine_gets_one_and_the_same_answer_and_leaves_no_row(shop: ShopifyShop, wrong: str) -> None:
    raw, event_id = json.dumps(an_order()).encode(), uuid.uuid4().hex
    signed = base64_hmac("another secret" if wrong == "another secret" else SECRET, raw)
    sent = raw.replace(b'"23.80"', b'"00.01"') if wrong == "a changed body" else raw

    answer = shop.post(
        sent, event_id=event_id, signature="" if wrong == "no signature" else signed,
        connection="nobody" if wrong == "an unknown connection" else "shopify",
    )  # fmt: skip

    said = answer.json()
    del said["correlation_id"]
    assert (answer.status_code, said) == (401, NOT_GENUINE)
    assert shop.one("SELECT count(*) FROM inbox_inboxmessage WHERE event_id = %s", event_id) == 0


NOT_GENUINE = {
    "type": "/problems/webhook-not-genuine",
    "title": "This delivery cannot be trusted",
    "status": 401,
    "detail": "Sign the raw body with the connection's webhook secret, and post it to the connection's own address.",
    "instance": "/hooks",
    "errors": [],
}


def test_the_same_webhook_ten_times_at_once_is_one_order(shop: ShopifyShop) -> None:
    order, event_id = an_order(), uuid.uuid4().hex
    shop.control("POST", "/commerce/adopt", order)
    raw = json.dumps(order).encode()

    with ThreadPoolExecutor(10) as at_once:
        answers = list(at_once.map(lambda _: shop.post(raw, event_id=event_id), range(10)))
    shop.closed(order["name"])

    assert [answer.status_code for answer in answers] == [200] * 10
    assert len(shop.effects(order["name"], "create_sales_order")) == 1


def test_a_stale_version_that_comes_late_is_nothing(shop: ShopifyShop, sold: dict[str, Any]) -> None:
    stale = {**an_order(quantity=9), **{name: sold[name] for name in ("id", "name")}}

    shop.over(shop.deliver({**stale, "updated_at": "2026-03-02T09:30:01+01:00"}, topic="orders/updated"))

    assert shop.one("SELECT count(*) FROM cases_case WHERE subject = %s", sold["name"]) == 0


def test_what_the_shop_notes_of_our_parcels_is_nothing_new(shop: ShopifyShop) -> None:
    order = an_order()
    shop.buy(order)
    shop.closed(order["name"])

    noted = {**order, "fulfillment_status": "fulfilled", "updated_at": "2026-03-02T12:00:00+01:00"}
    shop.over(shop.deliver(noted, topic="orders/updated"))

    assert shop.one("SELECT count(*) FROM cases_case WHERE subject = %s", order["name"]) == 0


def test_a_change_after_we_took_the_order_asks_a_person_and_says_what_changed(shop: ShopifyShop) -> None:
    order = an_order()
    shop.buy(order)
    shop.closed(order["name"])

    dearer = {**order, "subtotal_price": "25.00", "total_price": "36.90", "current_total_price": "36.90"}
    dearer["line_items"] = [{**order["line_items"][0], "price": "25.00"}]
    shop.over(shop.deliver({**dearer, "updated_at": "2026-03-02T12:00:00+01:00"}, topic="orders/updated"))

    detail = shop.one("SELECT detail FROM cases_case WHERE subject = %s", order["name"])
    assert "was 1 x SKU-00001 for 23.80, is 1 x SKU-00001 for 25.00" in detail


def test_two_shops_may_count_alike(shop: ShopifyShop) -> None:
    order = an_order()
    placed = {"lines": [{"sku": "SKU-00002", "quantity": 1, "price": "20"}], "address": {"country_code": "DE"}}
    shop.control("POST", "/commerce/orders", {**placed, "number": order["name"]})
    shop.closed(order["name"])

    shop.buy(order)

    shop.closed(f"{order['name']}-shopify")
