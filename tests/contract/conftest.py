"""A sandbox as a real process, and connections to its systems."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from system_apis.connections.models import Connection
from system_apis.connections.services import connect
from tests.sandbox_process import SandboxProcess

SECRETS = {
    "commerce": {"token": "shpat_sandbox"},
    "erp": {"token": "erp_sandbox"},
    "wms": {"token": "wms_sandbox"},
    "payments": {"token": "sk_sandbox"},
    "tax": {"account": "sandbox", "licence_key": "tax_sandbox"},
    "pos": {"token": "pos_sandbox"},
    "carrier": {"token": "carrier_sandbox"},
}
Connect = Callable[..., Connection]


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """The sandbox, empty."""
    sandbox_process.control("POST", "/reset")
    return sandbox_process


@pytest.fixture
def connected(sandbox: SandboxProcess, db: None) -> Connect:
    """A connection to one of the sandbox's systems; `secrets` may be other than the right ones."""

    def make(kind: str, *, base_url: str = "", secrets: dict[str, str] | None = None) -> Connection:
        return connect(
            code=f"{kind}-{uuid4().hex[:12]}",
            kind=kind,
            vendor="sandbox",
            base_url=base_url or sandbox.url,
            channel=f"web-{uuid4().hex[:8]}" if kind == "commerce" else "",
            budget_per_s=5000,
            secrets=secrets or SECRETS[kind],
            now=datetime.now(UTC),
        )

    return make
