"""In production TLS ends at a proxy before us: people are sent to HTTPS once, and probes are not sent anywhere."""

from typing import Any

import pytest
from django.test import Client

from settings import security

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["shop.example", *security._LOOPBACK]
    return Client(headers={"host": "shop.example"})


def test_a_page_asked_for_without_tls_is_sent_to_https(production: Client) -> None:
    answer = production.get("/docs/")
    assert (answer.status_code, answer["Location"]) == (301, "https://shop.example/docs/")


def test_a_page_that_the_proxy_took_over_tls_is_shown(production: Client) -> None:
    assert production.get("/docs/", headers={"x-forwarded-proto": "https"}).status_code == 200


@pytest.mark.parametrize("address", ["/livez", "/readyz", "/status"])
def test_a_probe_from_this_machine_is_answered_as_it_asks(production: Client, address: str) -> None:
    assert production.get(address, headers={"host": "127.0.0.1:8000"}).status_code == 200
