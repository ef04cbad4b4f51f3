"""The book is held against its own rows: what differs is found, put right, and explained."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from process_apis.cases.models import Case
from process_apis.stock import services
from process_apis.stock.checking import audit
from process_apis.stock.models import AuditDue, Repair, StockPosition
from retail_platform.kernel import clock
from tests.factories import on_hand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def book() -> None:
    """BOOT-42: ten on hand, two reserved, three allocated; COAT-1: five on hand."""
    on_hand({"BOOT-42": 10, "COAT-1": 5})
    for order, units in (("W-1", 3), ("W-2", 2)):
        services.reserve(order_number=order, demands=[services.Demand("1", "BOOT-42", "WH-1", units)])
    services.allocate(order_number="W-1")


def spoil(**figures: int) -> None:
    StockPosition.objects.filter(sku="BOOT-42").update(**figures)


def stands() -> tuple[int, int, int, int]:
    position = StockPosition.objects.get(sku="BOOT-42")
    return position.on_hand, position.reserved, position.allocated, position.shortage


def run(**options: bool) -> dict[str, object]:
    out = StringIO()
    call_command("audit_stock", stdout=out, stderr=StringIO(), json=True, **options)
    return json.loads(out.getvalue())


def test_a_book_that_agrees_is_left_alone() -> None:
    assert run() == {"positions": 2, "drift": 0, "repaired": False, "items": []}


@pytest.mark.parametrize(
    "figures", [{"on_hand": 12}, {"reserved": 1}, {"allocated": 4}, {"damaged": 1}, {"shortage": 9, "on_hand": 0}]
)
def test_what_differs_is_put_right_with_a_repair_and_a_case(figures: dict[str, int]) -> None:
    spoil(**figures)
    assert run(repair=True)["drift"] == len(figures)
    assert (stands(), Repair.objects.count(), Case.objects.count()) == ((10, 2, 3, 0), len(figures), 1)
    assert list(audit.audit(repair=False)) == []


def test_without_repair_it_is_only_said_and_the_command_fails() -> None:
    spoil(on_hand=12)
    with pytest.raises(CommandError, match="1 figures differ"):
        run()
    assert stands()[0] == 12


def test_rows_without_a_position_get_one() -> None:
    StockPosition.objects.filter(sku="COAT-1").delete()
    run(repair=True)
    assert StockPosition.objects.get(sku="COAT-1").on_hand == 5


def test_each_night_it_goes_on_by_itself_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 1)
    audit.go_on()
    spoil(on_hand=12)
    AuditDue.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert (audit.go_on(), stands()[0]) == (1, 10)
    due = AuditDue.objects.get()
    assert (due.after, due.drift, due.due_at > clock.now()) == (0, 1, True)


def test_it_waits_for_its_time() -> None:
    audit.go_on()
    spoil(on_hand=12)
    assert (audit.go_on(), stands()[0]) == (0, 12)
