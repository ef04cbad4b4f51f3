"""What an order stands on, read at once, is what each question alone answers."""

from datetime import date
from typing import Any

import pytest
from django.db.models import Model

from process_apis.catalog import baskets, queries, tenders
from process_apis.catalog.models import Channel, Product
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db
SKUS = ["BOOT-42", "COAT-1"]


@pytest.fixture(autouse=True)
def shop() -> None:
    a_catalog(skus=tuple(SKUS))
    tenders.write_standard()
    Product.objects.filter(sku="COAT-1").update(released_on=date(2030, 5, 1), min_age=16)
    Channel.objects.filter(code="web").update(also_pays_with=["invoice_terms"], status_map={"placed": "neu"})


def read(**changes: Any) -> baskets.Basket:
    asked = {"channel": "web", "skus": [*SKUS, "NONE"], "tenders": ["card", "gift_card", "shells"], "country": "DE"}
    return baskets.basket(**{**asked, **changes})


def columns(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_products_are_as_they_are_read_alone() -> None:
    alone = queries.products(SKUS)
    assert {sku: columns(row) for sku, row in read().products.items()} == {s: columns(r) for s, r in alone.items()}


def test_the_channel_is_as_it_is_read_alone() -> None:
    channel = read().channel
    assert channel is not None
    assert columns(channel) == columns(queries.channel("web"))


def test_tenders_are_as_they_are_read_alone() -> None:
    alone = tenders.kinds(["card", "gift_card", "shells"])
    assert {code: columns(row) for code, row in read().tender_kinds.items()} == {
        c: columns(r) for c, r in alone.items()
    }


def test_what_is_not_known_or_not_active_is_not_in_it() -> None:
    Channel.objects.update(active=False)
    Product.objects.update(active=False)
    found = read(tenders=[], country="XX")
    assert (found.channel, found.products, found.tender_kinds, found.sells_to) == (None, {}, {}, False)
