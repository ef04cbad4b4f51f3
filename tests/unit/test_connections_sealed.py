"""Vendor credentials at rest, and the commands that keep them."""

import base64
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database

from retail_platform.kernel import clock
from system_apis.connections import sealed, services
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken

CANARY = "canary-secret-0123456789"
pytestmark = pytest.mark.django_db


def a_connection(code: str = "erp-1", **secrets: str) -> Connection:
    return services.connect(
        code=code, kind="erp", vendor="sandbox", base_url="http://127.0.0.1:9", secrets=secrets, now=clock.now()
    )


def stored(code: str) -> bytes:
    with database.cursor() as cursor:
        cursor.execute("SELECT credentials FROM connections_connection WHERE code = %s", [code])
        return bytes(cursor.fetchone()[0])


def with_keys(settings: Any, *names: str) -> None:
    settings.CREDENTIAL_KEYS = [f"{name}:{base64.b64encode(name.encode().ljust(32, b'x')).decode()}" for name in names]


def test_a_secret_comes_back_as_it_went_in() -> None:
    a_connection(token=CANARY)
    assert Connection.objects.get(code="erp-1").secret("token") == CANARY


def test_the_table_holds_no_readable_secret() -> None:
    a_connection(token=CANARY)
    assert CANARY.encode() not in stored("erp-1")


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    first, second = a_connection("erp-1", token=CANARY), a_connection("erp-2", token="other-secret")
    with database.cursor() as cursor:
        cursor.execute("UPDATE connections_connection SET credentials = %s WHERE id = %s", [stored("erp-1"), second.pk])
    with pytest.raises(sealed.CannotOpen):
        _ = Connection.objects.get(pk=second.pk).credentials
    assert Connection.objects.get(pk=first.pk).secret("token") == CANARY


def test_a_changed_byte_is_noticed() -> None:
    row = a_connection(token=CANARY)
    broken = bytearray(stored("erp-1"))
    broken[-1] ^= 1
    with pytest.raises(sealed.CannotOpen):
        sealed.unseal(bytes(broken), place=Connection._meta.get_field("credentials").place_of(row))  # type: ignore[union-attr]


def test_an_older_key_still_opens_while_it_is_listed(settings: Any) -> None:
    with_keys(settings, "old")
    a_connection(token=CANARY)
    with_keys(settings, "new", "old")
    assert Connection.objects.get(code="erp-1").secret("token") == CANARY


def test_rotation_makes_the_old_key_superfluous(settings: Any) -> None:
    with_keys(settings, "old")
    a_connection(token=CANARY)
    with_keys(settings, "new", "old")
    call_command("rotate_credentials", stdout=StringIO())
    with_keys(settings, "new")
    assert Connection.objects.get(code="erp-1").secret("token") == CANARY


def test_a_missing_key_is_named(settings: Any) -> None:
    with_keys(settings, "old")
    a_connection(token=CANARY)
    with_keys(settings, "new")
    with pytest.raises(sealed.CannotOpen, match="'old'"):
        _ = Connection.objects.get(code="erp-1").credentials


def test_people_see_the_last_four_characters_only() -> None:
    assert a_connection(token=CANARY).masked_credentials == {"token": "…6789"}


def test_a_missing_credential_says_how_to_enter_it() -> None:
    with pytest.raises(ContractBroken, match="--secret token="):
        a_connection().secret("token")


def test_a_sealed_value_cannot_be_set_past_the_row() -> None:
    a_connection(token=CANARY)
    with pytest.raises(TypeError):
        Connection.objects.update(credentials={"token": "x"})


def test_each_change_of_a_connection_leaves_a_line_of_history() -> None:
    row = a_connection(token=CANARY)
    row.budget_per_s = 5
    row.save()
    row.delete()
    with database.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM connections_connectionevent ORDER BY pgh_id")
        assert [label for (label,) in cursor.fetchall()] == ["insert", "update", "delete"]


def test_the_history_holds_no_sealed_bytes() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'connections_connectionevent'"
        )
        assert "credentials" not in {name for (name,) in cursor.fetchall()}


def test_connect_reads_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    out = StringIO()
    call_command(
        "connect", code="shop", kind="commerce", vendor="shopify", base_url="https://x.example", channel="web",
        secret=["token=@SHOP_TOKEN"], stdout=out,
    )  # fmt: skip
    assert Connection.objects.get(code="shop").secret("token") == CANARY
    assert CANARY not in out.getvalue()


@pytest.mark.parametrize("address", ["ftp://x.example", "https://u:p@x.example", "https://x.example/?a=b", "nonsense"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(CommandError, match="base_url"):
        call_command("connect", code="x", kind="erp", vendor="sandbox", base_url=address)


def test_a_channel_has_one_active_shop() -> None:
    for code in ("one", "two"):
        wanted = {"code": code, "kind": "commerce", "vendor": "sandbox", "base_url": "http://127.0.0.1:9"}
        if code == "two":
            with pytest.raises(services.BadConnection):
                services.connect(**wanted, channel="web", now=clock.now())
        else:
            services.connect(**wanted, channel="web", now=clock.now())
