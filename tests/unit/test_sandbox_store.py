"""What the sandbox remembers, and how faults strike."""

import json
from collections import Counter
from pathlib import Path

import pytest

from system_apis.sandbox.faults import BEFORE, Faults
from system_apis.sandbox.store import StateTaken, Store
from system_apis.sandbox.tax_rates import NoRate, rate_for, tax_of
from system_apis.sandbox.wms_floor import share


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.jsonl")
    with store.change():
        store.put("orders", "1", {"state": "open"})
        store.put("orders", "2", {"state": "open"})
    with store.change():
        store.put("orders", "1", {"state": "shipped"})
        store.put("orders", "2", None)

    store.close()

    assert Store(tmp_path / "journal.jsonl").all("orders") == {"1": {"state": "shipped"}}


def test_two_sandboxes_do_not_share_a_journal(tmp_path: Path) -> None:
    first = Store(tmp_path / "journal.jsonl")

    with pytest.raises(StateTaken, match="another sandbox"):
        Store(tmp_path / "journal.jsonl")

    first.close()


def test_a_change_that_fails_leaves_nothing_in_memory_and_nothing_on_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.jsonl")
    with store.change():
        store.put("orders", "1", {"state": "open"})

    def fail_half_way() -> None:
        with store.change():
            store.put("orders", "1", {"state": "shipped"})
            store.put("orders", "2", {"state": "open"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    store.close()

    assert store.all("orders") == Store(tmp_path / "journal.jsonl").all("orders") == {"1": {"state": "open"}}


def test_a_torn_last_line_never_happened_and_the_next_change_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(json.dumps([["orders", "1", {"state": "open"}]]) + '\n[["orders","2",{"sta')

    store = Store(path)
    with store.change():
        store.put("orders", "3", {"state": "open"})
    store.close()

    assert sorted(Store(path).all("orders")) == ["1", "3"]


def test_what_is_to_follow_a_change_waits_until_it_is_written(tmp_path: Path) -> None:
    store, seen = Store(tmp_path / "journal.jsonl"), []
    with store.change():
        store.put("orders", "1", {})
        store.afterwards(lambda: seen.append((tmp_path / "journal.jsonl").read_text()))

    assert seen == ['[["orders","1",{}]]\n']


def test_the_same_seed_strikes_the_same_calls() -> None:
    def struck() -> list[bool]:
        faults = Faults()
        faults.add({"system": "erp", "kind": "error", "rate": 0.3, "seed": 7})
        return [faults.pick("erp", "post_journal", BEFORE) is not None for _ in range(50)]

    assert struck() == struck()
    assert 5 < sum(struck()) < 25


def test_a_fault_strikes_as_often_as_it_was_told() -> None:
    faults = Faults()
    faults.add({"system": "erp", "operation": "post_journal", "kind": "error", "count": 2})

    struck = [faults.pick("erp", name, BEFORE) for name in ("post_journal", "create_invoice", *["post_journal"] * 3)]

    assert [fault is not None for fault in struck] == [True, False, True, False, False]


@pytest.mark.parametrize("wish", [{}, {"kind": "earthquake"}, {"kind": "cut", "rate": 2}, {"kind": "cut", "often": 1}])
def test_a_fault_that_makes_no_sense_is_refused(wish: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Faults().add(wish)


@pytest.mark.parametrize(("quantities", "parcels"), [((1,), 3), ((2, 5), 3), ((1, 1, 1), 2), ((100_000, 7), 3)])
def test_parcels_carry_every_unit_and_none_is_empty(quantities: tuple[int, ...], parcels: int) -> None:
    lines = [{"line_ref": str(at), "sku": f"S{at}", "qty": units} for at, units in enumerate(quantities)]

    packed = share(lines, parcels)

    sent: Counter[int] = Counter()
    for line in (line for parcel in packed for line in parcel):
        sent[int(line["line_ref"])] += line["qty"]
    assert sent == dict(enumerate(quantities))
    assert len(packed) == min(parcels, sum(quantities))
    assert all(line["qty"] > 0 for parcel in packed for line in parcel)
    assert all(packed)


@pytest.mark.parametrize(
    ("amount", "included", "tax"), [(1999, True, 319), (1999, False, 380), (50, False, 10), (3, False, 1), (0, True, 0)]
)
def test_half_a_cent_of_tax_goes_up(amount: int, included: bool, tax: int) -> None:
    rate, _ = rate_for("DE", "", "standard", codes={})

    assert tax_of(amount, rate, included=included) == tax


def test_a_tax_code_of_ours_has_the_category_it_was_given() -> None:
    rate, jurisdiction = rate_for("PL", "", "OURS-7", codes={"OURS-7": "reduced"})

    assert (int(rate), jurisdiction) == (8, "PL")


@pytest.mark.parametrize(
    ("country", "region", "code"), [("XX", "", "standard"), ("US", "", "standard"), ("DE", "", "?")]
)
def test_there_is_no_rate_for_what_is_not_known(country: str, region: str, code: str) -> None:
    with pytest.raises(NoRate):
        rate_for(country, region, code, codes={})
