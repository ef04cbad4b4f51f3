"""Show an order in the transaction that puts it into the book."""

from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from canonical.order import Order as CanonicalOrder
from experience_apis.order_status import parts, projection
from experience_apis.order_status.models import OrderStatus
from process_apis.orders.models import Order
from retail_platform.kernel import prepared

_FIELDS = OrderStatus._meta.concrete_fields
# Each order passes here, and the ORM's way to insert a row costs three times as much.
_INSERT = (
    sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})")
    .format(
        table=sql.Identifier(OrderStatus._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in _FIELDS),
        values=sql.SQL(", ").join(sql.Placeholder() for _ in _FIELDS),
    )
    .as_string()
)


def begin(row: Order, order: CanonicalOrder, *, now: datetime) -> OrderStatus:
    """Show an order that has just been put into the book: nobody else knows of it, so nothing is read."""
    lines = [parts.new_line(line) for line in order.lines]
    shown = OrderStatus(number=row.number, **projection.fields_of(row, lines), version=1, updated_at=now)
    prepared.execute(_INSERT, [_bound(getattr(shown, field.attname)) for field in _FIELDS])
    return shown


def _bound(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, list | dict) else value
