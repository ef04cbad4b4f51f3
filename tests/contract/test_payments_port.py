"""Every payment provider behind its port: money held, taken and given back once, and never more than there is."""

from collections.abc import Callable
from functools import partial

import pytest

from canonical.money import Money
from canonical.payment import MovementKind, PaymentRequest
from system_apis.errors import ContractBroken, Refused
from system_apis.payments.vendors.sandbox.adapter import SandboxPayments
from tests.contract.conftest import Connect
from tests.contract.examples import eur
from tests.contract.suite import Call, EveryWrite, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]


def a_request(*, minor: int = 5000, token: str = "tok_visa") -> PaymentRequest:
    return PaymentRequest(order_number="W-1", token=token, amount=eur(minor))


@pytest.fixture
def port(connected: Connect) -> SandboxPayments:
    return SandboxPayments.over(connected("payments"))


@pytest.fixture(params=["authorize", "capture", "void", "refund"])
def write(request: pytest.FixtureRequest, connected: Connect, port: SandboxPayments) -> Call:
    payments: Callable[..., Call] = partial(
        Call, kind="payments", port=SandboxPayments.over, connection=connected("payments"), operation=request.param
    )
    if request.param == "authorize":
        return payments(act=lambda port, key: port.authorize(a_request(), key=key))
    hold = port.authorize(a_request(), key=a_key()).reference
    if request.param == "void":
        return payments(act=lambda port, key: port.void(hold, key=key), storms=False)
    if request.param == "capture":
        return payments(act=lambda port, key: port.capture(hold, eur(100), key=key))
    taken = port.capture(hold, eur(5000), key=a_key()).reference
    return payments(act=lambda port, key: port.refund(taken, eur(100), key=key))


class TestEveryWrite(EveryWrite):
    pass


@pytest.mark.parametrize("token", ["tok_declined", "tok_insufficient_funds"])
def test_a_declined_card_is_refused_again_under_the_same_key(
    port: SandboxPayments, sandbox: SandboxProcess, token: str
) -> None:
    key = a_key()

    for attempt in (key, again(key)):
        with pytest.raises(Refused):
            port.authorize(a_request(token=token), key=attempt)

    assert sandbox.effects() == []


def test_several_captures_may_share_a_hold_but_never_pass_it(port: SandboxPayments) -> None:
    hold = port.authorize(a_request(minor=1000), key=a_key()).reference
    port.capture(hold, eur(600), key=a_key())
    port.capture(hold, eur(399), key=a_key())

    with pytest.raises(Refused) as told:
        port.capture(hold, eur(2), key=a_key())

    assert told.value.code == "amount_too_large"


def test_a_void_lets_go_only_what_was_not_taken(port: SandboxPayments) -> None:
    hold = port.authorize(a_request(minor=1000), key=a_key()).reference
    port.capture(hold, eur(600), key=a_key())

    voided = port.void(hold, key=a_key())

    assert (voided.kind, voided.amount) == (MovementKind.VOID, eur(400))


def test_a_voided_hold_cannot_be_captured(port: SandboxPayments) -> None:
    hold = port.authorize(a_request(), key=a_key()).reference
    port.void(hold, key=a_key())

    with pytest.raises(Refused) as told:
        port.capture(hold, eur(1), key=a_key())

    assert told.value.code == "authorization_voided"


def test_no_more_is_given_back_than_was_taken(port: SandboxPayments) -> None:
    taken = port.capture(port.authorize(a_request(), key=a_key()).reference, eur(900), key=a_key()).reference
    port.refund(taken, eur(900), key=a_key())

    with pytest.raises(Refused):
        port.refund(taken, eur(1), key=a_key())


def test_one_key_for_another_amount_is_refused_and_the_first_stays(
    port: SandboxPayments, sandbox: SandboxProcess
) -> None:
    hold, key = port.authorize(a_request(), key=a_key()).reference, a_key()
    port.capture(hold, eur(100), key=key)

    with pytest.raises(Refused) as told:
        port.capture(hold, eur(200), key=again(key))

    assert told.value.code == "idempotency_key_reused"
    assert sandbox.control("GET", "/statement")["payments"]["EUR"]["captured"] == 100


def test_money_without_minor_units_travels_whole(port: SandboxPayments) -> None:
    yen = Money(minor=1200, currency="JPY")

    held = port.authorize(PaymentRequest(order_number="W-1", token="tok_visa", amount=yen), key=a_key())

    assert held.amount == yen


@pytest.mark.parametrize(
    "body",
    [
        '{"id":"ch_1","object":"capture","status":"succeeded","amount":101,"currency":"EUR"}',
        '{"id":"ch_1","object":"capture","status":"succeeded","amount":100,"currency":"USD"}',
        '{"id":"ch_1","object":"refund","status":"succeeded","amount":100,"currency":"EUR"}',
        '{"id":"ch_1","object":"capture","status":"failed","amount":100,"currency":"EUR"}',
        '{"id":"ch_1","object":"capture","status":"succeeded","amount":100.0,"currency":"EUR"}',
        '{"id":"ch_1","object":"capture","status":"succeeded","amount":true,"currency":"EUR"}',
        '{"id":"","object":"capture","status":"succeeded","amount":100,"currency":"EUR"}',
        '{"id":"ch_1","object":"capture","status":"succeeded","amount":100,"currency":"XXZ"}',
    ],
)
def test_an_answer_about_other_money_is_a_broken_contract(
    port: SandboxPayments, sandbox: SandboxProcess, body: str
) -> None:
    hold = port.authorize(a_request(), key=a_key()).reference
    sandbox.fault("payments", "garbage", operation="capture", count=1, body=body)

    with pytest.raises(ContractBroken):
        port.capture(hold, eur(100), key=a_key())
