"""The demo's customers who send a thing back, and those who take it in."""

from collections.abc import Iterator

import pytest

from process_apis.orders.models import Order
from process_apis.returns.models import Return, ReturnState
from retail_platform.demo import bringing_back
from tests.playing import Play, playing
from tests.returning import sent
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def play(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.setattr(bringing_back, "EVERY", 1)
    monkeypatch.setattr(bringing_back, "DEAREST_MINOR", 10**9)
    with playing(sandbox) as shop:
        yield shop


def test_one_thing_of_a_closed_order_comes_back_and_is_refunded_to_the_end(play: Play) -> None:
    returners = bringing_back.Returners()
    sent(play)
    assert Order.objects.get().state == "closed"
    for _ in range(4):
        returners.step()
        play.go()
    assert [(each.state, each.order_number) for each in Return.objects.all()] == [(ReturnState.CLOSED, "W-1001")]


def test_what_was_closed_before_the_day_stays_as_it_is(play: Play) -> None:
    sent(play)
    bringing_back.Returners().step()
    assert not Return.objects.exists()
