"""What others tell of stock: applied, known, or set aside with a case; never half."""

import pytest

from canonical.stock import MovementReason
from process_apis.cases.models import Case, CaseKind
from process_apis.stock.incoming import intake
from process_apis.stock.incoming.told import Item
from process_apis.stock.incoming.units import converted
from process_apis.stock.models import SetAside, StockPosition
from tests.factories import a_catalog, a_movement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalog() -> None:
    a_catalog()


def told(unit: str = "", **changes: object) -> Item:
    return Item(a_movement(**{"source": "wms", **changes}), unit)


def test_the_owner_s_word_is_applied_and_the_same_again_is_known() -> None:
    assert [each.outcome for each in intake.take([told()]) + intake.take([told()])] == ["applied", "known"]
    assert StockPosition.objects.get().on_hand == 10


@pytest.mark.parametrize(
    ("rule", "item"),
    [
        ("unknown-sku", {"sku": "GHOST"}),
        ("unknown-node", {"node": "MOON"}),
        ("not-the-owner", {"source": "erp"}),
        ("wrong-sign", {"units": -1}),
        ("wrong-sign", {"reason": MovementReason.SALE}),
        ("unit-of-measure", {"unit": "KGM"}),
    ],
)
def test_what_cannot_be_applied_is_set_aside_with_a_case_and_holds_up_nothing_else(rule: str, item: dict) -> None:
    outcomes = intake.take([told(**item), told(key="good")])
    assert [(each.outcome, each.rule) for each in outcomes] == [("set_aside", rule), ("applied", "")]
    assert (SetAside.objects.get().rule, Case.objects.count()) == (rule, 1)


def test_a_write_by_another_than_the_owner_is_the_business_s_to_judge() -> None:
    intake.take([told(source="erp")])
    assert Case.objects.get().kind == CaseKind.BUSINESS


def test_dozens_become_pieces() -> None:
    intake.take([told(unit="DZN", units=2)])
    assert StockPosition.objects.get().on_hand == 24


def test_a_piece_is_no_whole_number_of_pairs() -> None:
    assert (converted(3, given="EA", product="PR"), converted(4, given="EA", product="PR")) == (None, 2)
