"""A Shopify shop as the platform hears it: real-shaped orders, signed webhooks, posted to a running stack."""

import json
import uuid
from typing import Any

import requests

from retail_platform.kernel.machine.running import Running
from system_apis.inbox.signatures import base64_hmac
from tests.retail_day import RetailDay, until

SECRET = "shpss_a_secret_for_tests_only"
PATIENCE_S = 60.0


class ShopifyShop(RetailDay):
    """The connection "shopify" of a stack whose demo data is written; `buy` posts an order's webhook."""

    def __init__(self, stack: Running) -> None:
        super().__init__(stack)
        self.manage("connect", "--code", "shopify", "--secret", f"webhook_secret={SECRET}")
        self.key = self.manage("make_key", "--client", "shopify-shop-tests", "--scope", "storefront.read").strip()

    def post(
        self,
        raw: bytes,
        *,
        topic: str = "orders/create",
        event_id: str = "",
        connection: str = "shopify",
        signature: str | None = None,
    ) -> requests.Response:
        """Deliver a webhook, rightly signed unless another signature is given."""
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Event-Id": event_id or uuid.uuid4().hex,
            "X-Shopify-Hmac-Sha256": base64_hmac(SECRET, raw) if signature is None else signature,
        }
        return requests.post(f"{self.url}/hooks/{connection}", data=raw, headers=headers, timeout=15)

    def buy(self, order: dict[str, Any]) -> str:
        """Let the pretend shop know an order and post its webhook. Returns the id it is kept under."""
        self.control("POST", "/commerce/adopt", order)
        return self.deliver(order)

    def deliver(self, order: dict[str, Any], *, topic: str = "orders/create") -> str:
        answer = self.post(json.dumps(order).encode(), topic=topic)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["inbox_id"])

    def closed(self, number: str) -> None:
        """Wait until an order is closed and nothing of it moves."""
        state = "SELECT count(*) FROM orders_order WHERE number = %s AND state = 'closed'"
        until(lambda: self.one(state, number), within_s=PATIENCE_S, showing=self.left)

    def over(self, inbox_id: str) -> None:
        """Wait until what a webhook brought has been read."""
        read = "SELECT count(*) FROM engine_processrun WHERE subject = %s AND finished_at IS NOT NULL"
        until(lambda: self.one(read, inbox_id), within_s=PATIENCE_S, showing=self.left)

    def case_about(self, subject: str) -> dict[str, Any]:
        """The open case of a parked run, once there is one."""
        find = (
            "SELECT opened.title, opened.detail, opened.proposal, opened.owner, opened.run_id FROM cases_case opened"
            " JOIN engine_processrun run ON run.id = opened.run_id"
            " WHERE run.subject = %s AND opened.state = 'open' AND run.state = 'parked'"
        )
        until(lambda: self.rows(find, subject), within_s=PATIENCE_S, showing=self.left)
        return dict(zip(("title", "detail", "proposal", "owner", "run_id"), self.rows(find, subject)[0], strict=True))

    def effects(self, number: str, operation: str) -> list[dict[str, Any]]:
        """What the outside world did about an order."""
        found = self.control("GET", f"/effects?operation={operation}")["effects"]
        return [effect for effect in found if effect["subject"] == number]

    def status(self, number: str) -> dict[str, Any]:
        """What the storefront shows of an order."""
        path = f"{self.url}/api/experience/storefront/v1/orders/{requests.utils.quote(number, safe='')}"
        answer = requests.get(path, headers={"Authorization": f"Bearer {self.key}"}, timeout=15)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def an_order(*, sku: str = "SKU-00001", quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """A paid order of one line as Shopify's webhook carries it: 23.80 a unit, 11.90 to deliver, VAT within."""
    order_id = uuid.uuid4().int % 10**13
    address = {
        "first_name": "Ada", "last_name": "Winter", "name": "Ada Winter", "address1": "Hauptstr. 1", "address2": None,
        "city": "Berlin", "zip": "10115", "province": None, "province_code": None, "country_code": "DE",
    }  # fmt: skip
    total = _euro(2380 * quantity + 1190)
    return {
        "id": order_id, "admin_graphql_api_id": f"gid://shopify/Order/{order_id}", "name": f"#{order_id}",
        "order_number": order_id, "created_at": "2026-03-02T09:30:00+01:00", "cancelled_at": None, "test": False,
        "processed_at": "2026-03-02T09:30:00+01:00", "updated_at": "2026-03-02T09:30:02+01:00", "currency": "EUR",
        "presentment_currency": "EUR", "taxes_included": True, "financial_status": "paid", "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"], "email": f"ada-{order_id}@example.com",
        "total_discounts": "0.00",
        "subtotal_price": _euro(2380 * quantity), "total_tax": _euro(380 * quantity + 190), "total_price": total,
        "current_total_price": total, "total_outstanding": "0.00", "total_tip_received": "0.00",
        # Somebody else each time: the same basket again is warned of.
        "customer": {"id": order_id * 10 + 5, "first_name": "Ada", "last_name": "Winter"},
        "shipping_address": address, "billing_address": address, "note_attributes": [], "discount_applications": [],
        "line_items": [
            {
                "id": order_id * 10, "sku": sku, "variant_id": order_id * 10 + 1, "title": "Coat", "price": "23.80",
                "quantity": quantity, "current_quantity": quantity, "fulfillable_quantity": quantity,
                "total_discount": "0.00", "discount_allocations": [], "requires_shipping": True, "taxable": True,
                "tax_lines": [{"title": "VAT", "rate": 0.19, "price": _euro(380 * quantity)}],
            }
        ],
        "shipping_lines": [
            {
                "id": order_id * 10 + 2, "title": "Standard", "code": "standard", "price": "11.90",
                "discounted_price": "11.90", "discount_allocations": [],
                "tax_lines": [{"title": "VAT", "rate": 0.19, "price": "1.90"}],
            }
        ],
        **changes,
    }  # fmt: skip


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
