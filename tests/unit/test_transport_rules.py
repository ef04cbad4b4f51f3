"""Small rules of transport: Retry-After, once, the budget."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from system_apis.connections.models import Connection
from system_apis.errors import Unavailable
from system_apis.terms import CallKey, VendorTerms
from system_apis.transport import budget
from system_apis.transport.once import once
from system_apis.transport.redaction import blotted
from system_apis.transport.retry_after import retry_after_s

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7),
        (" 7 ", 7),
        ("0", 1),
        ("86400", 300),
        ("9" * 400, 5),
        ("-3", 5),
        ("soon", 5),
        ("٣", 5),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 1),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 300),
        ("Sun, 99 Mar 2026 99:00:00 GMT", 5),
    ],
)
def test_retry_after_is_read_with_bounds(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, now=NOW) == seconds


def tried(seconds_ago: float) -> CallKey:
    return CallKey("k", tried_before=True, last_tried_at=NOW - timedelta(seconds=seconds_ago))


def nothing() -> str | None:
    return None


def test_the_first_attempt_does_not_look() -> None:
    def find() -> str | None:
        raise AssertionError

    assert once(CallKey("k"), terms=VendorTerms("reference"), find=find, send=lambda: "sent", now=NOW) == "sent"


def test_a_repeat_adopts_what_an_earlier_attempt_made() -> None:
    def send() -> str:
        raise AssertionError

    assert once(tried(60), terms=VendorTerms("reference"), find=lambda: "found", send=send, now=NOW) == "found"


def test_a_repeat_that_finds_nothing_sends_again() -> None:
    assert once(tried(60), terms=VendorTerms("reference"), find=nothing, send=lambda: "sent", now=NOW) == "sent"


def test_not_found_is_not_believed_before_it_has_settled() -> None:
    terms = VendorTerms("reference", settles_after_s=30)
    with pytest.raises(Unavailable) as waits:
        once(tried(10), terms=terms, find=nothing, send=lambda: "sent", now=NOW)
    assert waits.value.retry_after_s == 20


def test_a_vendor_that_knows_the_key_is_simply_asked_again() -> None:
    assert once(tried(60), terms=VendorTerms("key"), find=lambda: "found", send=lambda: "same", now=NOW) == "same"


def test_a_key_the_vendor_has_forgotten_is_looked_up() -> None:
    terms = VendorTerms("key", keys_live_s=30)
    assert once(tried(60), terms=terms, find=lambda: "found", send=lambda: "again", now=NOW) == "found"


def test_evidence_stays_on_one_line() -> None:
    assert "\n" not in blotted("a\nb\x00c")


@pytest.mark.django_db
def test_a_budget_of_five_lets_five_calls_through_at_once() -> None:
    row = Connection.objects.create(code="b", kind="erp", vendor="sandbox", base_url="http://x", budget_per_s=5)
    waits = [budget._wait_s(row, "order") for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert waits[5] > 0


@pytest.mark.django_db
def test_reports_leave_half_of_the_budget_to_orders() -> None:
    row = Connection.objects.create(code="b", kind="erp", vendor="sandbox", base_url="http://x", budget_per_s=10)
    taken = 0
    while budget._wait_s(row, "report") == 0:
        taken += 1
    assert taken == 5
    assert budget._wait_s(row, "order") == 0


@pytest.mark.django_db
def test_without_valkey_a_process_goes_on_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(call: object) -> object:
        raise budget.valkey.Down

    monkeypatch.setattr(budget.valkey, "attempt", down)
    row = Connection.objects.create(code="b", kind="erp", vendor="sandbox", base_url="http://x", budget_per_s=500)
    assert budget._wait_s(row, "order") == 0
    assert 0 < budget._wait_s(row, "order") <= 1 / budget.LOCAL_RATE_PER_S
