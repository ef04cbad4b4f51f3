"""Publication as people see it: the lag of a channel by API and metric, and its page in the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from process_apis.publication.models import ChannelLevel, ChannelShop, Sending
from retail_platform.kernel import clock
from retail_platform.kernel.identity import services as identity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_channel(db: None) -> None:
    """One sku waits since 30 s, one is not taken; four changes were told."""
    now = clock.now()
    ChannelShop.objects.create(channel="shop", connection="shop", told=4, full_due_at=now)
    ChannelLevel.objects.create(channel="shop", sku="BOOT-42", wanted=3, dirty_since=now - timedelta(seconds=30))
    ChannelLevel.objects.create(channel="shop", sku="SOCK-1", wanted=3, problem="no such item")
    Sending.objects.create(channel="shop", at=now, told=4, took_ms=20, waits_ms=[1000, 2000, 3000, 9000])


@pytest.fixture
def api(client: Client) -> dict[str, str]:
    engineer = identity.ensure_client(name="engineer", scopes=["process.read", "operations.read"])
    return {"HTTP_AUTHORIZATION": f"Bearer {identity.make_key(client=engineer)}"}


def test_the_lag_of_a_channel_says_how_long_a_change_waits(client: Client, api: dict[str, str]) -> None:
    (found,) = client.get("/api/process/publication/v1/channels", **api).json()["items"]

    assert (found["waiting"], found["refused"], found["p95_s"]) == (1, 1, 9.0)
    assert 30 <= found["oldest_waiting_s"] < 60


def test_a_level_says_what_is_wanted_and_what_was_told(client: Client, api: dict[str, str]) -> None:
    found = client.get("/api/process/publication/v1/levels?sku=BOOT-42", **api).json()["items"]

    assert [(each["wanted"], each["told"]) for each in found] == [(3, None)]


def test_each_channel_has_its_lag_among_the_metrics(client: Client, api: dict[str, str]) -> None:
    told = client.get("/metrics", **api).content.decode()

    assert 'retail_publication_p95_seconds{channel="shop"} 9.0' in told


@pytest.mark.parametrize(
    "path", ["channelshop/", "channelshop/shop/change/", "channellevel/", "channellevel/?stand=waiting"]
)
def test_the_pages_of_publication_open(client: Client, path: str) -> None:
    client.force_login(User.objects.create_superuser("ada", password="a long enough secret"))

    assert client.get(f"/admin/publication/{path}").status_code == 200


def test_the_page_of_a_channel_draws_its_waits(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada", password="a long enough secret"))

    page = client.get("/admin/publication/channelshop/shop/change/").content.decode()

    assert 'data-type="line"' in page
    assert "19 of 20 are faster than" in page
