"""Nodes that lack goods or do not answer, on real processes: the order ends well, and both sides' books agree."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.retail_day import SETTLED_WITHIN_S, RetailDay, until

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("nothing_lost_and_nothing_doubled"),
]
_STATE = "SELECT state FROM orders_order WHERE number = %s"
_LINE = """
SELECT line.quantity, line.shipped, line.cancelled FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id WHERE o.number = %s
"""
_FROM = "SELECT DISTINCT p.node FROM orders_parcel p JOIN orders_order o ON o.id = p.order_id WHERE o.number = %s"


@pytest.fixture(autouse=True)
def as_it_was(day: RetailDay) -> Iterator[None]:
    """The warehouse finds everything again, everybody answers, and nobody has made a rule."""
    yield
    day.control("POST", "/setup", {"shorts": {}, "silent_nodes": [], "ship_delay_ms": [50, 400]})
    change(day, "DELETE FROM fulfilment_handlingrule WHERE reason = 'a test'")


def change(day: RetailDay, sql: str, *parameters: object) -> None:
    with psycopg.connect(day.stack.state.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql, parameters)


def bought(day: RetailDay, *, sku: int, short: int = 0) -> tuple[str, str]:
    """Two units of a sku are bought at the shop, of which WH-1 lacks some: the order's number, and the sku."""
    number, name = f"#F{time.time_ns()}", f"SKU-{sku:05d}"
    day.control("POST", "/setup", {"shorts": {number: {"WH-1": {name: short}}}, "parcels": {number: 1}})
    wish = {
        "number": number, "currency": "EUR", "taxes_included": True, "financial_status": "paid",
        "lines": [{"sku": name, "quantity": 2, "price": "10.00", "discount": "0.00"}],
        "address": {"country_code": "DE", "city": "Berlin", "zip": "10115", "address1": "Hauptstr. 1"},
    }  # fmt: skip
    day.control("POST", "/commerce/orders", wish)
    day.expected += 1
    return number, name


def closes(day: RetailDay, number: str) -> None:
    until(lambda: day.one(_STATE, number) == "closed", within_s=SETTLED_WITHIN_S, showing=day.left)


def test_a_unit_the_warehouse_does_not_find_is_sent_from_elsewhere(day: RetailDay) -> None:
    number, _ = bought(day, sku=31, short=1)
    closes(day, number)
    assert day.rows(_LINE, number) == [(2, 2, 0)]
    assert len(day.rows(_FROM, number)) == 2


def test_a_backordered_unit_ships_once_goods_have_come_in(day: RetailDay) -> None:
    change(
        day,
        "INSERT INTO fulfilment_handlingrule (node, ways, acknowledge_min, reason) VALUES ('WH-1', 'backorder', 60,"
        " 'a test')",
    )
    number, sku = bought(day, sku=32, short=1)
    waits = "SELECT count(*) FROM fulfilment_sentlater WHERE order_number = %s AND state = 'waiting'"
    until(lambda: day.one(waits, number), within_s=SETTLED_WITHIN_S, showing=day.left)
    until(lambda: day.rows(_LINE, number) == [(2, 1, 0)], within_s=SETTLED_WITHIN_S, showing=day.left)
    told = "SELECT count(*) FROM outbox_fact WHERE name = 'order.backordered' AND aggregate = %s"
    assert day.one(told, f"order:{number}") == 1

    day.control("POST", "/setup", {"shorts": {}})
    received = {"kind": "RECV", "sku": sku, "qty": 5, "uom": "EA", "status": "GOOD"}
    day.control("POST", "/wms/movements", {"node": "WH-1", "movements": [received]})
    closes(day, number)
    assert day.rows(_LINE, number) == [(2, 2, 0)]


def test_a_warehouse_that_does_not_answer_is_recalled_and_another_node_sends(day: RetailDay) -> None:
    day.control("POST", "/setup", {"silent_nodes": ["WH-1"]})
    number, _ = bought(day, sku=33)
    asked = "SELECT count(*) FROM fulfilment_sendrequest WHERE order_number = %s AND node = 'WH-1'"
    until(lambda: day.one(asked, number), within_s=SETTLED_WITHIN_S, showing=day.left)
    change(day, "UPDATE fulfilment_sendrequest SET answer_by = now() WHERE order_number = %s", number)
    closes(day, number)
    assert ("WH-1",) not in day.rows(_FROM, number)
    assert len(day.effects(operation="recall", subject=number)) == 1
