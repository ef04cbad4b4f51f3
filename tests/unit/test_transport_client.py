"""The HTTP client of every vendor, against a real server on loopback that misbehaves on demand."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from retail_platform.kernel import correlation
from system_apis.connections import services
from system_apis.connections.models import Connection
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, SystemFault, Unavailable
from system_apis.transport import client as transport
from system_apis.transport.answer import MAX_BODY_BYTES
from system_apis.transport.client import VendorClient

pytestmark = pytest.mark.django_db
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Vendor:
    """A server whose next answers the test decides; it counts what reached it."""

    def __init__(self) -> None:
        self.behave: Behaviour = answers(200, b"{}")
        self.seen: list[Any] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                vendor.seen.append({"path": self.path, "headers": dict(self.headers), "body": self.rfile.read(length)})
                vendor.behave(self)

            do_GET = do_POST = handle_one  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


def answers(status: int, body: bytes, **headers: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def cuts(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def trickles(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def trickles_its_headers(handler: BaseHTTPRequestHandler) -> None:
    for char in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 200:
        handler.wfile.write(bytes([char]))
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    running = Vendor()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def client(vendor: Vendor) -> VendorClient:
    return VendorClient(connected(vendor.url))


def connected(url: str) -> Connection:
    from retail_platform.kernel import clock

    return services.connect(code="v", kind="erp", vendor="sandbox", base_url=url, now=clock.now())


def fault_of(client: VendorClient, method: str, **more: Any) -> SystemFault:
    with pytest.raises(SystemFault) as raised:
        client.request(method, "/things", **more)
    return raised.value


def test_a_good_answer_is_read_without_floats(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(200, b'{"amount": 19.90}')
    assert str(client.request("GET", "/things").json()["amount"]) == "19.90"


def test_the_correlation_id_travels_along(vendor: Vendor, client: VendorClient) -> None:
    with correlation.use("a" * 32):
        client.request("GET", "/things")
    assert vendor.seen[0]["headers"]["X-Correlation-ID"] == "a" * 32
    assert vendor.seen[0]["headers"]["traceparent"].startswith("00-" + "a" * 32)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_vendor_that_took_nothing_is_unavailable(
    vendor: Vendor, client: VendorClient, status: int, method: str
) -> None:
    vendor.behave = answers(status, b"", Retry_After="7")
    fault = fault_of(client, method)
    assert isinstance(fault, Unavailable)
    assert fault.retry_after_s == 7


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_on_a_write_leaves_the_outcome_unknown(
    vendor: Vendor, client: VendorClient, status: int
) -> None:
    vendor.behave = answers(status, b"oops")
    assert isinstance(fault_of(client, "POST"), OutcomeUnknown)


def test_a_server_error_on_a_read_is_unavailable(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(500, b"oops")
    assert isinstance(fault_of(client, "GET"), Unavailable)


def test_a_refused_connection_is_unavailable_even_on_a_write(vendor: Vendor) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert isinstance(
            fault_of(VendorClient(connected(f"http://127.0.0.1:{taken.getsockname()[1]}")), "POST"), Unavailable
        )


def test_a_cut_write_leaves_the_outcome_unknown(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = cuts
    assert isinstance(fault_of(client, "POST", json={}), OutcomeUnknown)


def test_a_cut_write_is_sent_once(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = cuts
    fault_of(client, "POST", json={})
    assert len(vendor.seen) == 1


def test_a_body_cut_short_leaves_a_write_unknown(vendor: Vendor, client: VendorClient) -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"{")
        cuts(handler)

    vendor.behave = short
    assert isinstance(fault_of(client, "POST"), OutcomeUnknown)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "card_declined"}}', "card_declined"),
        (b'{"error": {"code": "card", "decline_code": "no_funds"}}', "no_funds"),
        (b'{"errors": [{"code": "E1"}]}', "E1"),
        (b'{"error": "period_closed"}', "period_closed"),
        (b"<html>", "http_422"),
        (b"[" * 100_000, "http_422"),
    ],
)
def test_a_refusal_carries_the_vendors_word(vendor: Vendor, client: VendorClient, body: bytes, code: str) -> None:
    vendor.behave = answers(422, body)
    fault = fault_of(client, "POST")
    assert isinstance(fault, Refused)
    assert fault.code == code


@pytest.mark.parametrize("body", [b"<html>", b'{"a": NaN}', b"\xff\xfe", b"", b"[" * 100_000])
def test_an_unreadable_answer_breaks_the_contract(vendor: Vendor, client: VendorClient, body: bytes) -> None:
    vendor.behave = answers(200, body)
    answer = client.request("GET", "/things")
    with pytest.raises(ContractBroken):
        answer.json()


def test_a_redirect_is_not_followed(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(302, b"", Location=f"{vendor.url}/elsewhere")
    assert isinstance(fault_of(client, "GET"), ContractBroken)
    assert len(vendor.seen) == 1


def test_an_endless_body_is_cut_at_the_cap(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(200, b"x" * (MAX_BODY_BYTES + 1))
    assert isinstance(fault_of(client, "GET"), ContractBroken)


@pytest.mark.parametrize("slow", [trickles, trickles_its_headers])
def test_a_byte_now_and_then_does_not_outlive_the_deadline(
    vendor: Vendor, client: VendorClient, slow: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TOTAL_S", 0.6)
    vendor.behave = slow
    started = time.monotonic()
    assert isinstance(fault_of(client, "POST"), OutcomeUnknown)
    assert time.monotonic() - started < 1.6


def test_what_we_sent_as_a_credential_never_comes_back(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(400, json.dumps({"you_sent": "Bearer canary-123456", "password": "hunter22"}).encode())
    fault = fault_of(client, "GET", headers={"Authorization": "Bearer canary-123456"})
    assert "canary" not in fault.evidence
    assert "hunter22" not in fault.evidence


def test_a_cookie_is_not_kept(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(200, b"{}", Set_Cookie="session=1")
    client.request("GET", "/things")
    client.request("GET", "/things")
    assert "Cookie" not in vendor.seen[1]["headers"]


def test_a_429_makes_every_caller_of_the_connection_wait(vendor: Vendor, client: VendorClient) -> None:
    vendor.behave = answers(429, b"", Retry_After="30")
    fault_of(client, "GET")
    fault = fault_of(VendorClient(client.connection), "GET")
    assert isinstance(fault, Unavailable)
    assert fault.retry_after_s is not None
    assert fault.retry_after_s > 20
    assert len(vendor.seen) == 1
