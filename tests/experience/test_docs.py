"""The docs: every operation described, examples everywhere, pages that work from our own files."""

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from retail_platform.docs import audit, openapi
from retail_platform.docs.layers import Layer, served
from tests.callers import Caller

ECHO = Layer(name="echo", title="Echo API", audience="tests", purpose="To try things.", scopes=(), chapters=())


@pytest.fixture
def http() -> Client:
    return Client()


@pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)
def test_the_document_of_a_layer_is_complete(layer: Layer) -> None:
    assert audit.complaints(layer) == []


@pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)
def test_nothing_is_described_in_words_meant_for_ourselves(layer: Layer) -> None:
    assert not re.findall(
        r'"description": "[^"]*(?:serializer|self\.|extend_schema)[^"]*"', json.dumps(openapi.document(layer))
    )


@pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)
def test_each_layer_has_its_document_and_its_page(http: Client, layer: Layer) -> None:
    document = http.get(f"/api/{layer.name}/schema.json").json()
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith(f"/api/{layer.name}/") for path in document["paths"])
    assert f"/api/{layer.name}/schema.json" in http.get(f"/docs/{layer.name}").content.decode()


@pytest.mark.parametrize("layer", served(), ids=lambda layer: layer.name)
def test_a_document_begins_with_its_chapters_in_reading_order(layer: Layer) -> None:
    document = openapi.document(layer)
    assert [tag["name"] for tag in document["tags"]] == [name for name, _ in layer.chapters]
    used = {tag for operations in document["paths"].values() for one in operations.values() for tag in one["tags"]}
    assert {name for name, _ in layer.chapters} - used == set()


def test_the_root_leads_to_the_docs(http: Client) -> None:
    assert http.get("/")["Location"] == "/docs/"


def test_the_landing_page_leads_to_every_page_for_people(http: Client) -> None:
    page = http.get("/docs/").content.decode()
    assert [path for path in ("/admin/", "/store/", "/track/", "/status") if f'href="{path}"' not in page] == []


def test_the_landing_page_says_how_to_get_a_key(http: Client) -> None:
    page = http.get("/docs/").content.decode()
    assert "python3 manage.py make_key --client my-shop" in page
    assert "http://testserver/api/experience/storefront/v1/availability" in page


@pytest.mark.parametrize("path", ["/docs/", "/docs/experience", "/problems/"])
def test_a_page_loads_nothing_from_elsewhere(http: Client, path: str) -> None:
    response = http.get(path)
    page = response.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert all(address.startswith("/") for address in loaded)
    for address in (address for address in loaded if address.startswith("/static/")):
        assert finders.find(address.removeprefix("/static/")), address
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_every_problem_has_a_page_of_its_own(http: Client) -> None:
    kinds = set(re.findall(r'href="(/problems/[a-z-]+)"', http.get("/problems/").content.decode()))
    assert "/problems/idempotency-key-reused" in kinds
    assert {http.get(kind).status_code for kind in kinds} == {200}


@pytest.mark.urls("tests.echo_urls")
class TestWhatEveryOperationHasInCommon:
    @pytest.fixture
    def echo(self, settings: Any) -> dict[str, Any]:
        settings.ROOT_URLCONF = "tests.echo_urls"
        return openapi.generate(ECHO)

    def test_a_complete_view_gives_no_complaint(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "tests.echo_urls"
        found = [complaint for complaint in audit.complaints(ECHO) if "route not in" not in complaint]
        assert found == []

    def test_a_route_left_out_is_noticed(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "tests.echo_urls"
        assert "route not in the document: /api/echo/v1/raw" in audit.complaints(ECHO)

    def test_a_post_shows_its_key_its_scope_and_its_problems(self, echo: dict[str, Any]) -> None:
        operation = echo["paths"]["/api/echo/v1/echoes"]["post"]
        assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
        assert operation["security"][0] == {"oauth2": ["storefront.orders"]}
        assert set(operation["responses"]) == {
            "201", "400", "401", "403", "406", "409", "413", "415", "422", "429", "503"
        }  # fmt: skip

    def test_a_body_is_documented_as_strictly_as_it_is_read(self, echo: dict[str, Any]) -> None:
        assert echo["components"]["schemas"]["EchoInRequest"]["additionalProperties"] is False

    def test_the_example_of_an_operation_works(self, echo: dict[str, Any]) -> None:
        content = echo["paths"]["/api/echo/v1/echoes"]["post"]["requestBody"]["content"]["application/json"]
        assert [example["value"] for example in content["examples"].values()] == [{"word": "hello"}]


@pytest.mark.django_db
def test_an_unknown_page_for_people_is_html() -> None:
    assert Caller().get("/docs/nowhere")["Content-Type"].startswith("text/html")
