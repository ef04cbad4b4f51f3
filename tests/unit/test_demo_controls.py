"""The sandbox's controls where the sandbox is another machine, as in containers: they are for who holds the token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from retail_platform.demo import channels, shop_window
from retail_platform.demo.shoppers import Basket
from tests.sandbox_process import SandboxProcess

SHORT = Basket(channel="market", key="o-1", body={"orderId": "o-1"}, sent_twice=False, missing={"SKU-00001": 1})


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxProcess]:
    """A sandbox that asks for a token even on this machine."""
    monkeypatch.setenv("SANDBOX_CONTROL_TOKEN", "held by whoever may")
    with SandboxProcess(tmp_path) as sandbox:
        yield sandbox


def test_whoever_holds_the_token_may_set_the_sandbox_up(guarded: SandboxProcess) -> None:
    channels.hide([SHORT], sandbox_url=guarded.url)  # raises if it is refused


@pytest.mark.django_db
def test_whoever_holds_the_token_may_read_what_the_sandbox_knows(guarded: SandboxProcess) -> None:
    assert shop_window.published_and_shown(sandbox_url=guarded.url) == (0, 0)


def test_without_the_token_the_controls_are_closed(guarded: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDBOX_CONTROL_TOKEN")
    with pytest.raises(requests.HTTPError, match="401"):
        channels.hide([SHORT], sandbox_url=guarded.url)
