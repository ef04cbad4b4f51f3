"""What an order stands on, read by one statement: its channel, its products, where it goes, how it is paid.

Each statement costs a web process what a tenth of an order costs; the same four questions, asked one by one, took a
quarter of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models

from process_apis.catalog.models import Channel, Product
from process_apis.catalog.tender_models import TenderKind
from retail_platform.kernel import prepared

_READ = """
SELECT (SELECT to_json(channel) FROM catalog_channel channel WHERE code = %(channel)s AND active),
       (SELECT json_agg(product) FROM catalog_product product WHERE sku = ANY(%(skus)s) AND active),
       (SELECT json_agg(kind) FROM catalog_tenderkind kind WHERE code = ANY(%(tenders)s) AND active),
       EXISTS (SELECT FROM catalog_jurisdiction WHERE country = %(country)s)
"""
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Basket:
    """What is known of what was asked for; who or what is not known, or not active any more, is not in it."""

    channel: Channel | None
    products: Mapping[str, Product]
    tender_kinds: Mapping[str, TenderKind]
    sells_to: bool


def basket(*, channel: str, skus: Collection[str], tenders: Collection[str], country: str) -> Basket:
    """All of it as it is at one moment."""
    asked: dict[str, Any] = {"channel": channel, "skus": list(skus), "tenders": list(tenders), "country": country}
    [(found, products, kinds, sells_to)] = prepared.execute(_READ, asked).fetchall()
    return Basket(
        channel=_row(Channel, found) if found else None,
        products={each["sku"]: _row(Product, each) for each in products or ()},
        tender_kinds={each["code"]: _row(TenderKind, each) for each in kinds or ()},
        sells_to=sells_to,
    )


def _row(model: type[Row], told: Mapping[str, Any]) -> Row:
    """A row of the database from its JSON."""
    fields = model._meta.concrete_fields
    values = [field.to_python(told[str(field.column)]) for field in fields]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], values)
