"""Put a whole order into the book with one statement: order, lines, tenders, history and fact, or nothing of it.

Each round trip to the database costs as much as the work done there; the same with one statement for each table took
nine of them. Where its identity (channel, channel_order_id) or its number is taken already, nothing is written.
"""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import JSONField

from canonical.order import Order as CanonicalOrder
from canonical.order import Risk, TenderState
from process_apis.catalog.tender_models import SettledBy
from process_apis.orders.models import Order, PaymentState
from retail_platform.kernel import correlation, prepared
from retail_platform.kernel.outbox import services as outbox

STATE_OF = {
    TenderState.TOKEN: PaymentState.PROMISED,
    TenderState.AUTHORIZED: PaymentState.AUTHORIZED,  # by the channel: asking for it again would hold it twice
    TenderState.PENDING: PaymentState.PENDING,
    TenderState.CAPTURED: PaymentState.PREPAID,
}

_FIELDS = Order._meta.concrete_fields
# Columns that are not named here have their default in the database.
STATEMENT = """
WITH placed AS (
    INSERT INTO orders_order
        (id, number, channel, channel_order_id, channel_version, state, entity, currency, taxes_included,
         shipping_minor, shipping_tax_minor, total_minor, customer_reference, customer_name, customer_email, ship_to,
         pickup_node, erp_reference, cancel_reason, correlation_id, placed_at, risk, purchase_order, sold_at, placed_by,
         edit_of)
    VALUES
        (%(id)s, %(number)s, %(channel)s, %(channel_order_id)s, %(channel_version)s, 'received', %(entity)s,
         %(currency)s, %(taxes_included)s, %(shipping_minor)s, %(shipping_tax_minor)s, %(total_minor)s,
         %(customer_reference)s, %(customer_name)s, %(customer_email)s, %(ship_to)s::jsonb, %(pickup_node)s, '', '',
         %(correlation_id)s, %(placed_at)s, %(risk)s, %(purchase_order)s, %(sold_at)s, %(placed_by)s,
         %(edit_of)s)
    ON CONFLICT DO NOTHING
    RETURNING *
), lined AS (
    INSERT INTO orders_orderline
        (order_id, line_id, position, sku, title, unit, quantity, shipped, cancelled, unit_price_minor, discount_minor,
         tax_minor, tax_code, unit_cost_minor, cost_currency, kind, contract, wanted_on, belongs_to,
         promotion)
    SELECT placed.id, line.line_id, line.position, line.sku, line.title, line.unit, line.quantity, 0, 0,
           line.unit_price_minor, line.discount_minor, line.tax_minor, '', 0, '', line.kind, line.contract,
           line.wanted_on, line.belongs_to, line.promotion
    FROM placed, json_to_recordset(%(lines)s::json) AS line
        (line_id text, position int, sku text, title text, unit text, quantity int, unit_price_minor bigint,
         discount_minor bigint, tax_minor bigint, kind text, contract text, wanted_on date,
         belongs_to text, promotion text)
), tendered AS (
    INSERT INTO orders_payment
        (order_id, position, kind, settled_by, amount_minor, state, reference, "authorization", captured_minor,
         refunded_minor)
    SELECT placed.id, tender.position, tender.kind, tender.settled_by, tender.amount_minor, tender.state,
           tender.reference, '', 0, 0
    FROM placed, json_to_recordset(%(tenders)s::json) AS tender
        (position int, kind text, settled_by text, amount_minor bigint, state text, reference text)
), noted AS (
    INSERT INTO orders_orderevent (order_id, name, detail, correlation_id)
    SELECT placed.id, %(name)s, %(detail)s::jsonb, %(correlation_id)s FROM placed
), <TELL>
SELECT <COLUMNS> FROM placed
""".replace("<COLUMNS>", ", ".join(f'"{field.column}"' for field in _FIELDS)).replace(
    "<TELL>", outbox.ADD_TOO.strip().replace("<IF>", "EXISTS (SELECT FROM placed)")
)


def capture(order: CanonicalOrder, *, number: str) -> Order | None:
    """Write the order under this number and tell of it. None if its identity or the number is taken already."""
    written = prepared.execute(STATEMENT, values(order, number=number)).fetchone()
    return _row(written) if written else None


def _row(written: Sequence[Any]) -> Order:
    """The row as the database has it; the ORM's raw() asks anew each time which column is which."""
    plain = [
        field.from_db_value(value, field.cached_col, connection) if isinstance(field, JSONField) else value
        for field, value in zip(_FIELDS, written, strict=True)
    ]
    return Order.from_db(connection.alias, [field.attname for field in _FIELDS], plain)


def values(order: CanonicalOrder, *, number: str) -> dict[str, Any]:
    """What the statement is given."""
    agreed = {"total_minor": order.total.minor, "currency": order.currency}
    turn = {"business_date": order.placed_at.date().isoformat(), "priority": 1 if order.pickup_node else 5}
    told = {"order_number": number, "channel": order.channel, **agreed, **turn}
    fact = outbox.values(name="order.placed", aggregate=f"order:{number}", data=told)
    parts = {"lines": json.dumps(_lines(order)), "tenders": json.dumps(_tenders(order)), "detail": json.dumps(agreed)}
    return _header(order, number) | parts | fact


def _header(order: CanonicalOrder, number: str) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "number": number,
        "channel": order.channel,
        "channel_order_id": order.channel_order_id,
        "channel_version": order.channel_version,
        "entity": settings.LEGAL_ENTITY,
        "currency": order.currency,
        "taxes_included": order.taxes_included,
        "shipping_minor": order.shipping.minor,
        "shipping_tax_minor": order.shipping_tax.minor if order.shipping_tax else None,
        "total_minor": order.total.minor,
        "customer_reference": order.customer.reference,
        "customer_name": order.customer.name,
        "customer_email": order.customer.email,
        "ship_to": order.ship_to.model_dump_json(),
        "pickup_node": order.pickup_node,
        "risk": order.risk if order.risk == Risk.HIGH else "",
        "purchase_order": order.purchase_order,
        "sold_at": order.sold_at,
        "placed_by": order.placed_by,
        "edit_of": order.edit_of,
        "correlation_id": correlation.current(),
        "placed_at": order.placed_at,
    }


def _lines(order: CanonicalOrder) -> list[dict[str, Any]]:
    return [
        {
            "line_id": line.line_id,
            "position": position,
            "sku": line.sku,
            "title": line.title,
            "unit": line.unit,
            "quantity": line.quantity,
            "unit_price_minor": line.unit_price.minor,
            "discount_minor": line.discount.minor,
            "tax_minor": line.tax.minor if line.tax else None,
            "kind": line.kind,
            "contract": line.contract,
            "wanted_on": line.wanted_on.isoformat() if line.wanted_on else None,
            "belongs_to": line.belongs_to,
            "promotion": line.promotion,
        }
        for position, line in enumerate(order.lines, start=1)
    ]


def _tenders(order: CanonicalOrder) -> list[dict[str, Any]]:
    taken_by = SettledBy.TILL if order.sold_at else SettledBy.CHANNEL
    return [
        {
            "position": position,
            "kind": tender.kind,
            "settled_by": SettledBy.PROVIDER if tender.state == TenderState.TOKEN else taken_by,
            "amount_minor": tender.amount.minor,
            "state": STATE_OF[tender.state],
            "reference": tender.reference,
        }
        for position, tender in enumerate(order.tenders, start=1)
    ]
