"""Files of movements: whole or not at all, each bad line named, the same file once, a kill at any line harmless."""

import io
from typing import Any
from uuid import uuid4

import pytest

from process_apis.cases.models import Case
from process_apis.stock.files import lines, report, taking
from process_apis.stock.models import PackUnit, SetAside, StockFile, StockFileLine, StockMovement, StockPosition
from retail_platform.kernel import clock
from tests.factories import a_catalog

pytestmark = pytest.mark.django_db
HEADER = "key,sku,node,units,uom,reason,occurred_at,sequence"
GOOD = "k{0},BOOT-42,WH-1,10,EA,receipt,2026-03-01T09:30:00Z,{0}"


@pytest.fixture(autouse=True)
def catalog() -> None:
    a_catalog()


def a_file(*rows: str, header: str = HEADER, trailer: str | None = None) -> bytes:
    end = f"END,{len(rows)}" if trailer is None else trailer
    return "\n".join([header, *rows, *filter(None, [end])]).encode() + b"\n"


def good(count: int) -> list[str]:
    return [GOOD.format(number) for number in range(1, count + 1)]


def take(raw: bytes, *, source: str = "wms", **more: object) -> StockFile:
    file, _ = taking.receive(io.BytesIO(raw), name="day.csv", source=source, **more)  # type: ignore[arg-type]
    if file.state == "applying":
        taking.go_on(file.id, io.BytesIO(raw), now=clock.now())
    return StockFile.objects.get(id=file.id)


def shelf() -> int:
    return sum(StockPosition.objects.values_list("on_hand", flat=True))


def test_a_whole_file_is_applied() -> None:
    file = take(a_file(*good(3)))
    assert (file.state, file.rows, file.applied, file.set_aside, shelf()) == ("done", 3, 3, 0, 30)


def test_the_same_file_again_is_known_and_changes_nothing() -> None:
    raw = a_file(*good(2))
    first = take(raw)
    again, new = taking.receive(io.BytesIO(raw), name="other.csv", source="wms")
    assert (again.id, new, shelf()) == (first.id, False, 20)


@pytest.mark.parametrize("cut", [1, 5, 40, 60, 100])
def test_a_file_cut_anywhere_is_rejected_whole(cut: int) -> None:
    file = take(a_file(*good(5))[:-cut])
    assert (file.state, shelf(), file.applied) == (("done", 50, 5) if cut == 1 else ("rejected", 0, 0))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (a_file(*good(2), trailer="END,3"), "promises 3 rows, there are 2"),
        (a_file(*good(2), trailer="END,2\nmore,1"), "comes after the last line"),
        (a_file(*good(2)) + b"k9,BOOT", "comes after the last line"),
        (a_file(*good(2), trailer=""), "without END"),
        (b"", "must name the columns"),
        (a_file(*good(1), header=HEADER.replace(",node", "")), "there is no node"),
        (a_file(*good(1), header=HEADER + ",colour"), "'colour' is not known"),
        (a_file(*good(1)).replace(b"BOOT", b"\xff\xfe"), "line 2 is not UTF-8"),
        (a_file(*good(1)).replace(b"BOOT", b'"BOOT'), "no CSV"),
        (a_file("k1" + "x" * 20000), "longer than"),
    ],
)
def test_a_file_that_is_not_whole_is_rejected_with_the_reason(raw: bytes, says: str) -> None:
    file = take(raw)
    assert (file.state, shelf(), StockMovement.objects.count()) == ("rejected", 0, 0)
    assert says in file.error


def test_without_a_trailer_where_none_is_asked_for_a_half_line_is_still_seen() -> None:
    raw = a_file(*good(2), trailer="")
    assert take(raw[:-30], needs_trailer=False).state == "rejected"
    assert take(raw, needs_trailer=False).applied == 2


BAD = {
    "unknown-sku": ("sku", "GHOST,WH-1,1,EA,receipt,2026-03-01T09:30:00Z,1"),
    "unknown-node": ("node", "BOOT-42,MOON,1,EA,receipt,2026-03-01T09:30:00Z,1"),
    "wrong-sign": ("units", "BOOT-42,WH-1,-1,EA,receipt,2026-03-01T09:30:00Z,1"),
    "fractional-units": ("units", "BOOT-42,WH-1,1.5,EA,receipt,2026-03-01T09:30:00Z,1"),
    "unit-of-measure": ("unit", "BOOT-42,WH-1,1,KGM,receipt,2026-03-01T09:30:00Z,1"),
    "columns": ("", "BOOT-42,WH-1,1,EA,receipt"),
    "missing-field": ("reason", "BOOT-42,WH-1,1,EA,,2026-03-01T09:30:00Z,1"),
    "bad-field": ("occurred_at", "BOOT-42,WH-1,1,EA,receipt,2026-03-01T09:30:00,1"),
}


@pytest.mark.parametrize("rule", BAD)
def test_a_bad_line_is_set_aside_with_its_field_and_a_case_and_the_rest_is_applied(rule: str) -> None:
    field, line = BAD[rule]
    file = take(a_file("bad," + line, *good(1)))
    (said,) = StockFileLine.objects.all()
    assert (said.line, said.field, said.rule, said.key) == (2, field, rule, "bad")
    assert (file.state, file.applied, file.set_aside, shelf()) == ("done", 1, 1, 10)
    assert (SetAside.objects.get().rule, Case.objects.count()) == (rule, 1)


@pytest.mark.parametrize(
    "line",
    [
        "k1,BOOT-42,WH-1,ten,EA,receipt,2026-03-01T09:30:00Z,1",
        "k1,BOOT 42,WH-1,1,EA,receipt,2026-03-01T09:30:00Z,1",
        "k1,BOOT-42,WH-1,1,EA,lost,2026-03-01T09:30:00Z,1",
        "k1,BOOT-42,WH-1,1,EA,receipt,yesterday,1",
        "k1,BOOT-42,WH-1,1,EA,receipt,2026-03-01T09:30:00Z,-1",
        "k1,BOOT-42,WH-1,99999999999,EA,receipt,2026-03-01T09:30:00Z,1",
        "k\x001,BOOT-42,WH-1,1,EA,receipt,2026-03-01T09:30:00Z,1",
        ",BOOT-42,WH-1,1,EA,receipt,2026-03-01T09:30:00Z,1",
    ],
)
def test_nothing_unreadable_gets_through(line: str) -> None:
    file = take(a_file(line))
    assert (file.state, file.set_aside, shelf()) == ("done", 1, 0)


def test_a_box_becomes_what_is_in_it() -> None:
    PackUnit.objects.create(sku="BOOT-42", unit="XBX", units=12)
    take(a_file("k1,BOOT-42,WH-1,2.5,XBX,receipt,2026-03-01T09:30:00Z,1"))
    assert shelf() == 30


def test_who_may_speak_of_one_node_only_moves_nothing_elsewhere() -> None:
    file = take(a_file(*good(1)), only_nodes=["STORE-001"])
    assert (file.set_aside, shelf()) == (1, 0)


def test_a_file_that_names_its_source_in_each_row_needs_no_other() -> None:
    raw = a_file(GOOD.format(1) + ",wms", header=HEADER + ",source")
    assert (take(raw, source="").applied, take(a_file(*good(1)), source="").state) == (1, "rejected")


def test_semicolons_and_a_byte_order_mark_are_what_some_tables_write() -> None:
    raw = b"\xef\xbb\xbf" + a_file(*[row.replace(",", ";") for row in good(2)], header=HEADER.replace(",", ";"),
                                   trailer="END;2")  # fmt: skip
    assert take(raw).applied == 2


@pytest.mark.parametrize("chunk", [1, 3, 7])
def test_stopped_after_any_chunk_and_gone_on_with_it_ends_the_same(chunk: int, settings: Any) -> None:
    settings.STOCK_FILES_CHUNK = chunk
    raw = a_file(*good(4), "bad," + BAD["unknown-sku"][1], *[GOOD.format(n) for n in range(5, 9)])
    file, _ = taking.receive(io.BytesIO(raw), name="day.csv", source="wms")
    for _ in range(12):  # each round begins where the one before stopped
        taking.go_on(file.id, io.BytesIO(raw), now=clock.now(), for_s=-1)
    file.refresh_from_db()
    assert (file.state, file.applied, file.set_aside, shelf()) == ("done", 8, 1, 80)
    assert StockFileLine.objects.get().line == 6


def test_a_movement_known_from_elsewhere_is_not_taken_twice_and_a_contradiction_is_said() -> None:
    take(a_file(*good(2)))
    file = take(a_file(GOOD.format(1), GOOD.format(2).replace("10", "11", 1)))
    assert (file.applied, file.known, file.contradicted, shelf()) == (0, 2, 1, 20)


def test_once_the_product_is_known_the_same_file_again_brings_what_was_set_aside() -> None:
    raw = a_file(*good(1), "k7," + BAD["unknown-sku"][1])
    file = take(raw)
    a_catalog(skus=["GHOST"])
    taking.begin_again(file)
    taking.go_on(file.id, io.BytesIO(raw), now=clock.now())
    file.refresh_from_db()
    assert (file.applied, file.known, file.set_aside, shelf()) == (1, 1, 0, 11)


def test_a_thousand_different_troubles_of_one_file_do_not_flood_the_desk() -> None:
    take(a_file(*[f"k{n},GHOST-{n},WH-1,1,EA,receipt,2026-03-01T09:30:00Z,{n}" for n in range(1000)]))
    assert (Case.objects.count(), SetAside.objects.count()) == (1, 1000)


def test_trying_a_file_writes_nothing() -> None:
    tried = taking.tried(io.BytesIO(a_file(*good(2), "bad," + BAD["unknown-sku"][1])), source="wms")
    assert (tried.rows, tried.good, tried.refused[0][0], shelf()) == (3, 2, 4, 0)
    assert not StockFile.objects.exists()


def test_the_report_says_both_what_was_applied_and_what_was_not() -> None:
    came = report.of(take(a_file(*good(1), "bad," + BAD["unknown-sku"][1])))
    assert (came["applied"], came["set_aside"], came["lines"][0]["field"]) == (1, 1, "sku")


def test_a_file_nobody_sent_is_not_found() -> None:
    with pytest.raises(taking.NoSuchFile):
        taking.by_id(uuid4())


def test_any_place_where_a_line_begins_will_do_to_read_on() -> None:
    stream = io.BytesIO(a_file(*good(5)))
    top = lines.header(stream)
    whole = list(lines.rows(stream, top, at=top.ends_at, line=1, source="wms"))
    for index, row in enumerate(whole, start=1):
        rest = list(lines.rows(stream, top, at=row.next_at, line=row.line, source="wms"))
        assert rest == whole[index:]
