"""The sandbox as a process: what it tells by webhook, what survives a kill, what it costs."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox_process import SandboxProcess

SECRET = "whsec_for_this_test"
RELEASE = {"order_no": "W-1", "node": "WH-1", "lines": [{"line_ref": "1", "sku": "A", "qty": 4}], "client_ref": "k"}
WISH = {"lines": [{"sku": "A", "quantity": 1, "price": "10"}], "address": {"country_code": "DE"}}


class Listener(ThreadingHTTPServer):
    """Takes webhooks; answers with the next of `answers`, then 200 for ever."""

    daemon_threads = True

    def __init__(self, *answers: int) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.answers = list(answers)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/sandbox"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(raw) for _, raw in self.taken]


class _Taking(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, raw))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listening:
        yield listening
        listening.shutdown()


@pytest.fixture
def sandbox(tmp_path: Path, listener: Listener) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path) as running:
        target = {"url": listener.url, "secret": SECRET}
        running.setup(
            webhooks={"commerce": target, "wms": target, "payments": target}, ship_delay_ms=10, parcels={"W-1": 1}
        )
        yield running


def until(done: Callable[[], bool], *, seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def release(sandbox: SandboxProcess, **changes: Any) -> requests.Response:
    headers = {"X-Api-Key": "wms_sandbox", "X-Correlation-ID": "f" * 32}
    return requests.post(f"{sandbox.url}/wms/releases", json={**RELEASE, **changes}, headers=headers, timeout=5)


def test_the_shop_signs_the_raw_body_of_its_order(sandbox: SandboxProcess, listener: Listener) -> None:
    placed = sandbox.place_order(**WISH)
    until(lambda: bool(listener.taken))
    headers, raw = listener.taken[0]

    signed = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()

    assert (headers["x-shopify-hmac-sha256"], json.loads(raw)["id"]) == (signed, placed["id"])


def test_the_warehouse_signs_time_and_body(sandbox: SandboxProcess, listener: Listener) -> None:
    release(sandbox)
    until(lambda: bool(listener.taken))
    headers, raw = listener.taken[0]

    signed = hmac.new(SECRET.encode(), headers["x-wms-timestamp"].encode() + b"." + raw, hashlib.sha256).hexdigest()

    assert (headers["x-wms-signature"], abs(int(headers["x-wms-timestamp"]) - time.time()) < 5) == (signed, True)


def test_a_webhook_that_was_not_taken_comes_again_with_the_same_event_id(
    sandbox: SandboxProcess, listener: Listener
) -> None:
    listener.answers = [503, 500]

    sandbox.place_order(**WISH)
    until(lambda: len(listener.taken) == 3)

    assert len({headers["x-shopify-event-id"] for headers, _ in listener.taken}) == 1


def test_a_webhook_not_taken_before_a_kill_comes_after_it(sandbox: SandboxProcess, listener: Listener) -> None:
    listener.answers = [503] * 3
    sandbox.place_order(**WISH)
    until(lambda: bool(listener.taken))

    sandbox.restart()

    until(lambda: sandbox.control("GET", "/health")["webhooks"]["pending"] == 0)
    assert len(listener.taken) == 4


def test_a_parcel_due_before_a_kill_leaves_after_it_and_once(sandbox: SandboxProcess, listener: Listener) -> None:
    sandbox.setup(ship_delay_ms=300)
    release(sandbox)

    sandbox.restart()

    until(lambda: bool(sandbox.effects(operation="dispatch")))
    time.sleep(0.5)
    assert [event["parcel"]["parcel_id"] for event in listener.events()] == ["REL0000001-1"]


def test_effects_are_the_same_after_a_kill(sandbox: SandboxProcess) -> None:
    release(sandbox)
    until(lambda: len(sandbox.effects()) == 2)
    before = sandbox.effects()

    sandbox.restart()

    assert sandbox.effects() == before
    assert before[0]["correlation_id"] == "f" * 32


def test_a_key_kept_before_a_kill_is_known_after_it(sandbox: SandboxProcess) -> None:
    def authorize() -> Any:
        body = {"amount": 100, "currency": "EUR", "order": "W-1", "payment_method": "tok_visa"}
        headers = {"Authorization": "Bearer sk_sandbox", "Idempotency-Key": "one"}
        return requests.post(f"{sandbox.url}/payments/authorizations", json=body, headers=headers, timeout=5).json()

    first = authorize()
    sandbox.restart()

    assert (authorize(), len(sandbox.effects())) == (first, 1)


def test_a_release_sent_twice_ships_twice_and_the_statement_says_so(sandbox: SandboxProcess) -> None:
    release(sandbox)
    release(sandbox)
    until(lambda: len(sandbox.effects(operation="dispatch")) == 2)

    doubled = sandbox.control("GET", "/statement")["doubled"]

    assert doubled == [{"system": "wms", "operation": "release", "key": "k", "times": 2}]


@pytest.mark.parametrize(("kind", "times"), [("duplicate_webhook", 2), ("lost_webhook", 0)])
def test_webhooks_can_be_doubled_and_lost(sandbox: SandboxProcess, listener: Listener, kind: str, times: int) -> None:
    sandbox.fault("commerce", kind)

    sandbox.place_order(**WISH)
    time.sleep(0.4)

    assert len(listener.taken) == times


def test_a_webhook_can_be_overtaken_by_the_next(sandbox: SandboxProcess, listener: Listener) -> None:
    sandbox.fault("commerce", "out_of_order_webhook", count=1, seconds=0.5)

    first, second = sandbox.place_order(**WISH), sandbox.place_order(**WISH)
    until(lambda: len(listener.taken) == 2)

    assert [event["id"] for event in listener.events()] == [second["id"], first["id"]]


def test_stock_set_up_again_keeps_what_was_counted(sandbox: SandboxProcess) -> None:
    opening = [{"node": "WH-1", "sku": "A", "on_hand": 10}]
    sandbox.setup(stock=opening)
    release(sandbox)
    until(lambda: bool(sandbox.effects(operation="dispatch")))

    sandbox.setup(stock=opening)

    assert sandbox.control("GET", "/statement")["warehouse"]["on_hand"]["WH-1"]["A"] == 6


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/erp/stock?node=WH-1", 401), ("/_control/effects?after=x", 400)]
)
def test_what_cannot_be_answered_is_refused_plainly(sandbox: SandboxProcess, path: str, status: int) -> None:
    assert requests.get(sandbox.url + path, timeout=5).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"amount": "lots"}',
        b'{"company": "DE01", "order_no": "1", "node": "1", "lines": [1]}',
        b"{}",
    ],
)
def test_a_bad_body_is_never_an_internal_error(sandbox: SandboxProcess, body: bytes) -> None:
    calls = [
        ("/payments/authorizations", {"Authorization": "Bearer sk_sandbox", "Idempotency-Key": "k"}),
        ("/erp/journals", {"Authorization": "Bearer erp_sandbox"}),
        ("/wms/releases", {"X-Api-Key": "wms_sandbox"}),
        ("/_control/setup", {}),
    ]

    statuses = [requests.post(sandbox.url + path, body, headers=sent, timeout=5).status_code for path, sent in calls]

    assert all(200 <= status < 500 for status in statuses), statuses


def test_it_stays_small_over_hundreds_of_calls(sandbox: SandboxProcess) -> None:
    session = requests.Session()
    for number in range(500):
        body = {"amount": 100, "currency": "EUR", "order": "W-1", "payment_method": "tok_visa"}
        headers = {"Authorization": "Bearer sk_sandbox", "Idempotency-Key": str(number)}
        session.post(f"{sandbox.url}/payments/authorizations", json=body, headers=headers, timeout=5)

    assert _resident_mb(sandbox.process.pid) < 60


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
