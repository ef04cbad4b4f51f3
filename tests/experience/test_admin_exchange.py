"""Products leave and come back as a CSV file, with nothing lost, nothing executed, and nothing half done."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from process_apis.catalog.exchange import ProductResource
from process_apis.catalog.models import Product
from tests.experience.desk import signed_in
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db
HEADER = "sku,gtin,title,unit,tax_code,price,cost,currency,active\n"


def _upload(browser: Browser, text: str) -> str:
    file = SimpleUploadedFile("products.csv", text.encode(), content_type="text/csv")
    answer = browser.post(reverse("admin:catalog_product_import"), {"format": "0", "import_file": file})
    assert answer.status_code == 200
    return answer.content.decode()


def _confirm(browser: Browser, page: str) -> None:
    hidden = dict(re.findall(r'name="(import_file_name|original_file_name|format|resource)"[^>]*value="([^"]*)"', page))
    browser.post(reverse("admin:catalog_product_process_import"), hidden)


def test_a_product_comes_back_as_it_left() -> None:
    a_catalog()
    before = Product.objects.values().get()
    data = ProductResource().export()
    result = ProductResource().import_data(data, raise_errors=True)
    assert result.totals["skip"] == 1
    assert Product.objects.values().get() == before


def test_prices_leave_as_people_write_them() -> None:
    a_catalog()
    assert ProductResource().export().dict[0]["price"] == "119.00"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_is_a_formula_and_it_comes_back_unharmed(title: str) -> None:
    a_catalog()
    Product.objects.update(title=title)
    data = ProductResource().export()
    assert data.dict[0]["title"] == f"'{title}"
    ProductResource().import_data(data, raise_errors=True)
    assert Product.objects.get().title == title


def test_a_file_is_shown_first_and_written_when_confirmed() -> None:
    a_catalog()
    browser = signed_in("ann", group="master-data")
    page = _upload(browser, HEADER + "BOOT-42,,Boot,EA,standard,129.95,40.00,EUR,1\n")
    assert Product.objects.get().price_minor == 11900
    _confirm(browser, page)
    assert Product.objects.get().price_minor == 12995


@pytest.mark.parametrize("row", ["BOOT-42,,B,EA,standard,12.999,1,EUR,1", "BOOT-42,,B,EA,standard,-1,1,EUR,1",
                                 "BOOT-42,,B,EA,standard,x,1,EUR,1", "BOOT-42,,B,EA,standard,1,1,XXY,1"])  # fmt: skip
def test_a_wrong_row_is_refused_and_nothing_of_the_file_is_written(row: str) -> None:
    a_catalog()
    browser = signed_in("ann", group="master-data")
    _confirm(browser, _upload(browser, HEADER + "NEW-1,,New,EA,standard,5,1,EUR,1\n" + row + "\n"))
    assert Product.objects.get().price_minor == 11900


def test_who_may_only_look_at_products_may_not_upload() -> None:
    browser = signed_in("ivo", group="integration")
    assert browser.get(reverse("admin:catalog_product_import")).status_code == 403
