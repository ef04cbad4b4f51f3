"""Every ERP behind its port: writes once, reads strictly, and keeps the books it is given."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from canonical.money import Money
from system_apis.erp.vendors.sandbox.adapter import TERMS, SandboxErp
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable
from system_apis.terms import VendorRef
from tests.contract import examples
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryRead, EveryWrite, LooksUpFirst, a_key, again, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]


@pytest.fixture
def erp(connected: Connect) -> Callable[..., Call]:
    return partial(Call, kind="erp", port=SandboxErp.over, connection=connected("erp"))


@pytest.fixture(
    params=["create_sales_order", "create_invoice", "create_credit_memo", "post_journal", "cancel_sales_order"]
)
def write(request: pytest.FixtureRequest, erp: Callable[..., Call], connected: Connect) -> Call:
    if request.param == "cancel_sales_order":
        made = SandboxErp.over(connected("erp")).create_sales_order(examples.an_order(), key=a_key())
        act = lambda port, key: port.cancel_sales_order(made, key=key)  # noqa: E731
        return erp(operation=request.param, act=act, look_up="get_sales_order", storms=False)
    kind, document = {
        "create_sales_order": ("salesOrders", examples.an_order()),
        "create_invoice": ("invoices", examples.an_invoice()),
        "create_credit_memo": ("creditMemos", examples.a_credit_memo()),
        "post_journal": ("journals", examples.an_entry()),
    }[request.param]
    return erp(
        operation=request.param,
        act=lambda port, key: getattr(port, request.param)(document, key=key),
        look_up=f"find_{kind}",
    )


@pytest.fixture(params=["trial_balance", "stock_snapshot"])
def read(request: pytest.FixtureRequest, erp: Callable[..., Call], sandbox: SandboxProcess) -> Call:
    sandbox.setup(nodes=["WH-1"], stock=[{"node": "WH-1", "sku": "BOOT-42", "on_hand": 7}])
    wish = {"entity": "DE01"} if request.param == "trial_balance" else {"node": "WH-1"}
    return erp(operation=request.param, act=lambda port, key: getattr(port, request.param)(**wish))


class TestEveryWrite(EveryWrite):
    pass


class TestLooksUpFirst(LooksUpFirst):
    pass


class TestEveryRead(EveryRead):
    pass


@pytest.fixture
def port(connected: Connect) -> SandboxErp:
    return SandboxErp.over(connected("erp"))


def test_the_trial_balance_is_the_sum_of_the_journals(port: SandboxErp) -> None:
    for _ in range(3):
        port.post_journal(examples.an_entry(), key=a_key())

    balances = {row.account: row.balance for row in port.trial_balance(entity="DE01")}

    assert balances == {"1200": examples.eur(13164), "4000": examples.eur(-11064), "2200": examples.eur(-2100)}


def test_a_closed_period_refuses_the_journal(port: SandboxErp, sandbox: SandboxProcess) -> None:
    sandbox.setup(erp_closed_before="2026-03-01")

    with pytest.raises(Refused) as told:
        port.post_journal(examples.an_entry(day=date(2026, 2, 28)), key=a_key())

    assert told.value.code == "periodClosed"


def test_an_order_whose_parts_do_not_add_up_there_is_refused(port: SandboxErp) -> None:
    order = examples.an_order().model_copy(update={"total": Money(minor=1, currency="EUR")})

    with pytest.raises(Refused) as told:
        port.create_sales_order(order, key=a_key())

    assert told.value.code == "totalsDiffer"


def test_a_search_that_lags_is_not_believed_before_the_settling_time(
    connected: Connect, sandbox: SandboxProcess
) -> None:
    class LaggingErp(SandboxErp):
        terms = replace(TERMS, settles_after_s=30.0)

    connection, key, entry = connected("erp"), a_key(), examples.an_entry()
    sandbox.fault("erp", "cut", operation="post_journal", count=1)
    sandbox.fault("erp", "search_lag", operation="find_journals", seconds=60)
    with pytest.raises(OutcomeUnknown):
        LaggingErp.over(connection).post_journal(entry, key=key)

    with pytest.raises(Unavailable) as told:
        LaggingErp.over(connection).post_journal(entry, key=again(key))
    sandbox.heal()
    LaggingErp.over(connection).post_journal(entry, key=again(key))

    assert 28 < (told.value.retry_after_s or 0) < 30
    assert len(sandbox.effects(system="erp", operation="post_journal")) == 1


def test_two_documents_under_one_reference_stop_for_a_person(port: SandboxErp, sandbox: SandboxProcess) -> None:
    key, entry = a_key(), examples.an_entry()
    port.post_journal(entry, key=key)
    port.post_journal(entry, key=key)  # a first attempt never looks, so this doubles it

    with pytest.raises(ContractBroken, match="JE-0000001, JE-0000002"):
        port.post_journal(entry, key=again(key))
    assert [one["times"] for one in sandbox.control("GET", "/statement")["doubled"]] == [2]


def test_a_sales_order_is_found_by_our_number_while_it_is_open(port: SandboxErp) -> None:
    order = examples.an_order()
    made = port.create_sales_order(order, key=a_key())

    found = port.find_sales_order(order.number)
    port.cancel_sales_order(made, key=a_key())

    assert (found, port.find_sales_order(order.number)) == (made, None)


def test_an_unknown_sales_order_cannot_be_cancelled(port: SandboxErp) -> None:
    with pytest.raises(Refused) as told:
        port.cancel_sales_order(VendorRef("SO-9999999"), key=a_key())

    assert told.value.code == "notFound"


def test_an_unknown_node_has_no_snapshot(port: SandboxErp) -> None:
    with pytest.raises(Refused):
        port.stock_snapshot(node="NOWHERE")


def test_a_cancellation_made_by_somebody_else_is_what_we_wanted(port: SandboxErp, sandbox: SandboxProcess) -> None:
    made = port.create_sales_order(examples.an_order(), key=a_key())
    port.cancel_sales_order(made, key=a_key())

    port.cancel_sales_order(made, key=a_key())

    assert len(sandbox.effects(system="erp", operation="cancel_sales_order")) == 1


def test_nobody_listening_is_unavailable(connected: Connect) -> None:
    port = SandboxErp.over(connected("erp", base_url="http://127.0.0.1:9"))

    with pytest.raises(Unavailable):
        port.post_journal(examples.an_entry(), key=a_key())
