"""Every till system behind its port: each ticket once, in order, from a cursor on."""

import pytest

from system_apis.errors import Refused
from system_apis.pos.vendors.sandbox.adapter import SandboxPos
from tests.contract.conftest import Connect
from tests.contract.suite import Call, EveryRead, hurried
from tests.sandbox_process import SandboxProcess

__all__ = ["hurried"]


def _ring_up(sandbox: SandboxProcess, *numbers: int) -> None:
    ticket = {"store": "ST-1", "register": "1", "total_minor": 1999, "currency": "EUR"}
    sandbox.control("POST", "/pos/tickets", {"tickets": [{**ticket, "number": str(number)} for number in numbers]})


@pytest.fixture
def read(connected: Connect, sandbox: SandboxProcess) -> Call:
    _ring_up(sandbox, 1)
    return Call(
        kind="pos",
        operation="tickets_since",
        port=SandboxPos.over,
        act=lambda port, key: port.tickets_since("", store="ST-1"),
        connection=connected("pos"),
    )


class TestEveryRead(EveryRead):
    pass


def test_pages_follow_each_other_without_gap_or_repeat(connected: Connect, sandbox: SandboxProcess) -> None:
    port = SandboxPos.over(connected("pos"))
    _ring_up(sandbox, *range(250))
    cursor, numbers = "", []

    for _ in range(4):
        page = port.tickets_since(cursor, store="ST-1")
        cursor, numbers = page.next_cursor, [*numbers, *(int(ticket.number) for ticket in page.tickets)]

    assert numbers == list(range(250))


def test_a_ticket_rung_up_twice_is_one(connected: Connect, sandbox: SandboxProcess) -> None:
    _ring_up(sandbox, 7)
    _ring_up(sandbox, 7)

    page = SandboxPos.over(connected("pos")).tickets_since("", store="ST-1")

    assert len(page.tickets) == 1


def test_a_cursor_that_it_never_gave_is_refused(connected: Connect) -> None:
    with pytest.raises(Refused):
        SandboxPos.over(connected("pos")).tickets_since("yesterday", store="ST-1")
