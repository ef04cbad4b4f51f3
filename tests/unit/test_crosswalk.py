"""Our identifiers beside theirs."""

import pytest

from system_apis.connections.models import Connection
from system_apis.crosswalk import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Connection:
    return Connection.objects.create(code="shop", kind="commerce", vendor="shopify", base_url="https://x.example")


def test_a_link_is_crossed_both_ways(shop: Connection) -> None:
    services.link(shop, "variant", ours="BOOT-42", theirs="777")
    assert services.ours(shop, "variant", "777") == "BOOT-42"
    assert services.theirs(shop, "variant", "BOOT-42") == "777"


def test_what_is_not_linked_is_nothing(shop: Connection) -> None:
    assert services.ours(shop, "variant", "777") is None


def test_the_same_link_twice_is_one_link(shop: Connection) -> None:
    for _ in range(2):
        services.link(shop, "variant", ours="BOOT-42", theirs="777")
    assert services.ours_of(shop, "variant", ["777", "888"]) == {"777": "BOOT-42"}


@pytest.mark.parametrize(("ours", "theirs"), [("BOOT-42", "888"), ("SHOE-1", "777"), ("SHOE-1", "999")])
def test_a_partner_is_not_shared(shop: Connection, ours: str, theirs: str) -> None:
    services.link(shop, "variant", ours="BOOT-42", theirs="777")
    services.link(shop, "variant", ours="SHOE-2", theirs="999")
    with pytest.raises(services.AlreadyLinked, match="unlink"):
        services.link(shop, "variant", ours=ours, theirs=theirs)


def test_other_connections_and_entities_have_links_of_their_own(shop: Connection) -> None:
    services.link(shop, "variant", ours="BOOT-42", theirs="777")
    services.link(shop, "location", ours="BOOT-42", theirs="777")
    assert services.ours(shop, "order", "777") is None


def test_an_unlinked_partner_is_free_again(shop: Connection) -> None:
    services.link(shop, "variant", ours="BOOT-42", theirs="777")
    assert services.unlink(shop, "variant", ours="BOOT-42")
    services.link(shop, "variant", ours="BOOT-42", theirs="888")
    assert services.ours(shop, "variant", "888") == "BOOT-42"
