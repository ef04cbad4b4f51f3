"""One id from the edge on, and log lines that carry it and nothing they should not."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from retail_platform.kernel import correlation, logs
from tests.callers import Caller, a_key

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.django_db
@pytest.mark.urls("tests.echo_urls")
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": PARENT}, TRACE),
        ({"X_Request_ID": TRACE}, TRACE),
        ({"X_Request_ID": "4BF92F35-77B3-4DA6-A3CE-929D0E0E4736"}, TRACE),
        ({"traceparent": PARENT, "X_Request_ID": "1" * 32}, TRACE),
    ],
)
def test_a_callers_own_id_goes_on(headers: dict[str, str], expected: str) -> None:
    assert Caller(a_key()).get("/livez", **headers)["X-Request-ID"] == expected


@pytest.mark.parametrize("sent", ["", "x", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff" + PARENT[2:], PARENT.upper(),
                                  PARENT + "\nevil", "a" * 10_000])  # fmt: skip
def test_a_malformed_header_gets_a_new_id(sent: str) -> None:
    made = correlation.from_traceparent(sent)
    assert len(made) == 32
    assert made != TRACE


def test_the_id_holds_within_and_ends_with_its_block() -> None:
    with correlation.use("a" * 32):
        assert correlation.from_task(correlation.to_task()) == "a" * 32
        assert correlation.from_traceparent(correlation.traceparent()) == "a" * 32
    assert correlation.current() == ""


def written(write: Any) -> dict[str, Any]:
    """The one line that `write(logger)` leaves."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("tests.lines")
    logger.addHandler(handler)
    try:
        write(logger)
    finally:
        logger.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    document: dict[str, Any] = json.loads(line)
    return document


def test_a_line_carries_the_id_and_stays_one_line() -> None:
    with correlation.use(TRACE):
        line = written(lambda logger: logger.warning("first\nsecond %s", "\r\n\u2028third"))
    assert line["correlation_id"] == TRACE
    assert line["event"] == "first\nsecond \r\n\u2028third"


def test_structlog_and_stdlib_lines_look_alike() -> None:
    line = written(lambda _: structlog.get_logger("tests.lines").warning("hello", sku="BOOT-42"))
    assert (line["event"], line["sku"], line["level"], line["logger"]) == ("hello", "BOOT-42", "warning", "tests.lines")


@pytest.mark.parametrize(
    "secret",
    [
        {"password": "hunter2hunter2"},
        {"headers": {"Authorization": "hunter2hunter2"}},
        {"email": "hunter2hunter2@example.org"},
        {"url": "postgres://retail:hunter2hunter2@127.0.0.1/x"},
        {"note": "Bearer hunter2hunter2hunter2"},
        {"note": "rp_abcdefgh_hunter2hunter2hunter2hunter2"},
    ],
)
def test_a_secret_is_hidden(secret: dict[str, Any]) -> None:
    assert "hunter2" not in json.dumps(written(lambda logger: logger.warning("x", extra=secret)))


def test_a_card_number_is_hidden_and_an_order_number_is_not() -> None:
    line = written(lambda logger: logger.warning("paid with 4111111111111111 for 4006381333931"))
    assert line["event"] == "paid with [card] for 4006381333931"


def test_an_error_is_one_line_with_its_trace() -> None:
    def fail(logger: logging.Logger) -> None:
        try:
            raise ValueError("odd")
        except ValueError:
            logger.exception("failed")

    assert "ValueError: odd" in written(fail)["exception"]


def test_of_a_long_traceback_the_end_is_kept() -> None:
    def fails(logger: logging.Logger) -> None:
        try:
            raise ValueError("x" * 9000 + " the very cause")
        except ValueError:
            logger.exception("broken")

    line = written(fails)
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("the very cause")
    assert len(line["exception"]) < 4100
