"""A freshly seeded demonstration inside one transaction: DEMO-1001 has come to its end, four runs are parked.

Some orders stand still at the desk or at a counter, for the examples.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any

import pytest
from django.test import Client

from experience_apis.analytics import horizon
from process_apis.engine import registry, runner, sweeper, wake
from process_apis.engine.models import FINISHED, ProcessRun, RunState
from process_apis.orders.models import Order, OrderState
from process_apis.publication import publisher, shops
from retail_platform.demo import order_samples, samples, seed
from retail_platform.kernel import clock
from tests.experience.carrying import carry_facts
from tests.sandbox_process import SandboxProcess

COMES_TO_ITS_END_WITHIN_S = 60.0


class _Letterbox(ThreadingHTTPServer):
    """Where the sandbox's webhooks arrive; the test's own thread, which has the transaction, opens them later."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.letters: Queue[tuple[str, dict[str, str], bytes]] = Queue()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        """Closed without this its thread would spin on the closed socket for the rest of the tests."""
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Taking(BaseHTTPRequestHandler):
    server: _Letterbox

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.letters.put((self.path, dict(self.headers.items()), raw))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def demonstration(sandbox: SandboxProcess) -> Iterator[None]:
    """Seed as `manage.py seed` does, and play relay, workers and web process until nothing moves."""
    with _Letterbox() as box, pytest.MonkeyPatch.context() as patch:
        patch.setattr(wake, "ring_many", lambda _: [])
        seed.write(base_url=box.url, sandbox_url=sandbox.url)
        samples.ask_for_a_person(now=clock.now())
        _play(box)
        for channel in shops.look_up():
            assert publisher.publish(channel), f"{channel} could not be told of stock"
        horizon.advance()
        yield


def _play(box: _Letterbox) -> None:
    deadline = time.monotonic() + COMES_TO_ITS_END_WITHIN_S
    while time.monotonic() < deadline:
        carry_facts()
        _work()
        if Order.objects.filter(state=OrderState.CLOSED).exists() and not _moving().exists():
            return
        _open_letters(box)
        order_samples.at_the_counter(now=clock.now())
        _look_again()
    left = list(_moving().values_list("process", "step", "state", "error"))
    raise AssertionError(f"the demonstration did not come to its end: {left}")


def _moving() -> Any:
    """What has something to do; the journeys of some examples wait for somebody who tries them."""
    resting = ProcessRun.objects.filter(subject__in=order_samples.STANDING, state=RunState.WAITING)
    return ProcessRun.objects.exclude(state__in=[*FINISHED, RunState.PARKED]).exclude(id__in=resting.values("id"))


def _work() -> None:
    for run in _moving().filter(state=RunState.READY):
        for queue in registry.processes()[run.process].links(run.step):
            if not runner.advance(run_id=run.id, queue=queue):
                break


def _look_again() -> None:
    """What looks again after a while does so now."""
    past = clock.now() - timedelta(seconds=1)
    _moving().filter(process="order_cancel").update(next_wake_at=past, lease_until=past)
    sweeper.sweep()


def _open_letters(box: _Letterbox) -> None:
    try:
        path, headers, raw = box.letters.get(timeout=0.1)
    except Empty:
        return
    content_type = headers.pop("Content-Type", "application/json")
    headers.pop("Content-Length", None)
    answer = Client(headers=headers).post(path, raw, content_type=content_type)
    assert answer.status_code < 300, answer.content
