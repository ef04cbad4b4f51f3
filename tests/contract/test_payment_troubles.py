"""What payment providers tell of later: chargebacks and refunds that bounce, read from webhooks, answered once."""

import json
from typing import Any

import pytest

from canonical.dispute import DisputeStanding
from system_apis.errors import ContractBroken, Refused
from system_apis.payments.vendors.sandbox.adapter import SandboxPayments
from tests.contract.conftest import Connect
from tests.contract.examples import eur
from tests.contract.suite import Call, EveryWrite, a_key, hurried
from tests.contract.test_payments_port import a_request
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]
DISPUTE: dict[str, Any] = {
    "id": "dp_1",
    "object": "dispute",
    "charge": "ch_1",
    "amount": 5000,
    "fee": 1500,
    "currency": "EUR",
    "reason": "fraudulent",
    "status": "needs_response",
    "evidence_due_by": 1_772_500_000,
}
REFUND: dict[str, Any] = {"id": "re_1", "object": "refund", "status": "failed", "amount": 900, "currency": "EUR"}


def an_event(about: dict[str, Any], topic: str = "charge.dispute.created") -> bytes:
    return json.dumps({"id": "evt_1", "type": topic, "created": 1_772_000_000, "data": {"object": about}}).encode()


@pytest.fixture
def port(connected: Connect) -> SandboxPayments:
    return SandboxPayments.over(connected("payments"))


def opened(port: SandboxPayments, sandbox: SandboxProcess) -> str:
    taken = port.capture(port.authorize(a_request(), key=a_key()).reference, eur(5000), key=a_key()).reference
    return str(sandbox.control("POST", "/payments/disputes", {"capture": taken})["id"])


@pytest.fixture
def write(connected: Connect, port: SandboxPayments, sandbox: SandboxProcess) -> Call:
    dispute = opened(port, sandbox)
    return Call(
        kind="payments",
        port=SandboxPayments.over,
        connection=connected("payments"),
        operation="submit_evidence",
        act=lambda port, key: port.submit_evidence(dispute, "refunded as re_1", key=key),
        storms=False,
    )


class TestEveryWrite(EveryWrite):
    pass


def test_evidence_comes_too_late_for_a_dispute_that_is_decided(port: SandboxPayments, sandbox: SandboxProcess) -> None:
    dispute = opened(port, sandbox)
    sandbox.control("POST", "/payments/decisions", {"dispute": dispute, "won": False})

    with pytest.raises(Refused):
        port.submit_evidence(dispute, "refunded as re_1", key=a_key())


@pytest.mark.parametrize(("won", "net"), [(True, 3500), (False, -1500)])
def test_a_dispute_takes_the_money_and_winning_it_gives_all_but_the_fee_back(
    port: SandboxPayments, sandbox: SandboxProcess, won: bool, net: int
) -> None:
    dispute = opened(port, sandbox)
    sandbox.control("POST", "/payments/decisions", {"dispute": dispute, "won": won})

    assert sandbox.control("GET", "/statement")["payments"]["EUR"]["net"] == net


def test_a_webhook_reads_as_the_dispute_it_tells_of(port: SandboxPayments) -> None:
    told = port.read_dispute(an_event(DISPUTE))

    assert (told.reference, told.capture, told.amount, told.standing) == ("dp_1", "ch_1", eur(5000), "open")


@pytest.mark.parametrize("standing", [DisputeStanding.WON, DisputeStanding.LOST])
def test_a_closed_dispute_says_who_has_the_money(port: SandboxPayments, standing: DisputeStanding) -> None:
    about = {**DISPUTE, "status": str(standing)}

    assert port.read_dispute(an_event(about, "charge.dispute.closed")).standing == standing


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", 0), ("amount", 1.5), ("charge", ""), ("status", "maybe"), ("fee", -1), ("currency", "XXZ")],
)
def test_a_dispute_with_a_wrong_field_is_a_broken_contract(port: SandboxPayments, field: str, value: Any) -> None:
    with pytest.raises(ContractBroken):
        port.read_dispute(an_event({**DISPUTE, field: value}))


def test_a_webhook_reads_as_the_refund_that_bounced(port: SandboxPayments) -> None:
    told = port.read_refund_failure(an_event({**REFUND, "failure_reason": "account_closed"}, "refund.failed"))

    assert (told.refund, told.amount, told.reason) == ("re_1", eur(900), "account_closed")


def test_money_of_a_bounced_refund_can_be_given_back_again(port: SandboxPayments, sandbox: SandboxProcess) -> None:
    taken = port.capture(port.authorize(a_request(), key=a_key()).reference, eur(900), key=a_key()).reference
    refund = port.refund(taken, eur(900), key=a_key()).reference
    sandbox.control("POST", "/payments/failures", {"refund": refund})

    again = port.refund(taken, eur(900), key=a_key())

    assert again.reference != refund
