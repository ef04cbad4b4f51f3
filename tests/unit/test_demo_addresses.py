"""The platform and its sandbox find each other again after both moved to other ports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retail_platform.demo import addresses
from retail_platform.kernel import clock
from system_apis.connections import services
from system_apis.connections.models import Connection
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
BEFORE, NOW = "http://127.0.0.1:1", "http://127.0.0.1:8001"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path) as process:
        yield process


def connected(code: str, *, base_url: str = BEFORE, vendor: str = "sandbox", kind: str = "wms") -> None:
    secrets = {"webhook_secret": f"secret of {code}"}
    fields = {"kind": kind, "vendor": vendor, "base_url": base_url, "channel": code if kind == "commerce" else ""}
    services.connect(code=code, now=clock.now(), secrets=secrets, **fields)


def seeded(*, base_url: str = BEFORE) -> None:
    for code in ("wms", "payments", "carrier"):
        connected(code, base_url=base_url, kind=code)
    connected("shop", base_url=base_url, kind="commerce")


def where(code: str) -> str:
    return Connection.objects.get(code=code).base_url


@pytest.mark.parametrize("code", ["wms", "shop"])
def test_a_connection_follows_the_sandbox(sandbox: SandboxProcess, code: str) -> None:
    seeded()

    addresses.follow(base_url=NOW, sandbox_url=sandbox.url)

    assert where(code) == sandbox.url


def test_a_real_vendor_s_adapter_that_speaks_to_the_sandbox_follows_too(sandbox: SandboxProcess) -> None:
    seeded()
    connected("shopify", vendor="shopify", kind="commerce")

    addresses.follow(base_url=NOW, sandbox_url=sandbox.url)

    assert where("shopify") == sandbox.url


def test_a_real_vendor_stays_where_it_is(sandbox: SandboxProcess) -> None:
    seeded()
    connected("real", vendor="shopify", kind="commerce", base_url="https://shop.example")

    addresses.follow(base_url=NOW, sandbox_url=sandbox.url)

    assert where("real") == "https://shop.example"


def test_a_sandbox_on_another_machine_stays_where_it_is(sandbox: SandboxProcess) -> None:
    seeded(base_url="http://sandbox:8090")

    assert addresses.follow(base_url=NOW, sandbox_url=sandbox.url) == 0


def test_a_credential_is_kept_on_the_way(sandbox: SandboxProcess) -> None:
    seeded()

    addresses.follow(base_url=NOW, sandbox_url=sandbox.url)

    assert Connection.objects.get(code="wms").credentials == {"webhook_secret": "secret of wms"}
