"""The command and the folder that files of movements come by: what is said, what is killed, what is taken up again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from process_apis.stock.files import drop_folder
from process_apis.stock.files.drop_folder import Folder
from process_apis.stock.models import StockFile, StockMovement, StockPosition
from retail_platform.kernel import clock
from tests.factories import a_catalog
from tests.unit.test_stock_files import BAD, GOOD, a_file, good

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(drop_folder, "SETTLES_S", -1.0)
    (tmp_path / "incoming" / "wms").mkdir(parents=True)
    return Folder(tmp_path)


def drop(folder: Folder, raw: bytes, name: str = "wms/day.csv") -> None:
    (folder.incoming / name).write_bytes(raw)


def run(path: Path, *args: str) -> str:
    said = StringIO()
    call_command("stock_import", str(path), "--source", "wms", *args, stdout=said, stderr=said)
    return said.getvalue()


def shelf() -> int:
    return sum(StockPosition.objects.values_list("on_hand", flat=True))


@pytest.fixture
def path(tmp_path: Path, db: None) -> Callable[[bytes], Path]:
    a_catalog()

    def write(raw: bytes) -> Path:
        (tmp_path / "day.csv").write_bytes(raw)
        return tmp_path / "day.csv"

    return write


def test_the_command_says_what_was_applied_and_which_lines_were_not(path: Callable[[bytes], Path]) -> None:
    said = run(path(a_file(*good(2), "bad," + BAD["unknown-sku"][1])))
    assert "3 rows: 2 applied, 0 known before, 1 set aside" in said
    assert "line 4, sku: unknown-sku" in said


def test_the_command_says_that_it_knows_a_file(path: Callable[[bytes], Path]) -> None:
    file = path(a_file(*good(2)))
    run(file)
    assert ("nothing was changed" in run(file), shelf()) == (True, 20)


def test_a_dry_run_judges_and_writes_nothing(path: Callable[[bytes], Path]) -> None:
    said = run(path(a_file(*good(2), "bad," + BAD["unknown-sku"][1])), "--dry-run")
    assert ("2 of 3 rows could be applied" in said, StockFile.objects.count(), shelf()) == (True, 0, 0)


def test_a_file_cut_in_half_ends_the_command_with_an_error(path: Callable[[bytes], Path]) -> None:
    with pytest.raises(CommandError, match="nothing was applied") as told:
        run(path(a_file(*good(5))[:120]))
    assert (told.value.returncode, shelf()) == (2, 0)


def test_a_machine_reads_one_document(path: Callable[[bytes], Path]) -> None:
    said = run(path(a_file(*good(2))), "--json")
    assert json.loads(said[said.index("{") :])["applied"] == 2


@pytest.mark.django_db
def test_a_dropped_file_is_applied_and_put_away_with_its_report(folder: Folder) -> None:
    a_catalog()
    drop(folder, a_file(*good(2), "bad," + BAD["unknown-sku"][1]))
    (file,) = folder.look(for_s=5, now=clock.now())
    (report,) = (folder.path / "done").glob("*.report.json")
    told = json.loads(report.read_text())
    assert (file.source, told["applied"], told["set_aside"], shelf()) == ("wms", 2, 1, 20)
    assert (list(folder.working.iterdir()), len(list((folder.path / "done").glob("*.csv")))) == ([], 1)


@pytest.mark.django_db
def test_a_dropped_half_is_put_among_the_failed_with_the_reason(folder: Folder) -> None:
    a_catalog()
    drop(folder, a_file(*good(5))[:120])
    folder.look(for_s=5, now=clock.now())
    (report,) = (folder.path / "failed").glob("*.report.json")
    assert ("without END" in json.loads(report.read_text())["error"], shelf()) == (True, 0)


@pytest.mark.django_db
def test_a_file_dropped_twice_counts_once(folder: Folder) -> None:
    a_catalog()
    for name in ("wms/day.csv", "wms/again.csv"):
        drop(folder, a_file(*good(2)), name)
        folder.look(for_s=5, now=clock.now())
    assert (StockFile.objects.count(), shelf()) == (1, 20)
    assert len(list((folder.path / "done").glob("*.csv"))) == 2


@pytest.mark.django_db
def test_a_file_that_was_being_worked_on_is_taken_up_by_the_next_to_look(folder: Folder, settings: Any) -> None:
    a_catalog()
    settings.STOCK_FILES_CHUNK = 1
    drop(folder, a_file(*good(3)))
    rounds = 0
    while not folder.look(for_s=0.0001, now=clock.now()):
        rounds += 1
        assert rounds < 20
    assert (shelf(), StockFile.objects.get().state) == (30, "done")


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_stops_nothing_else(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.STOCK_DROP_FOLDER = str(tmp_path / "file" / "below")
    assert drop_folder.look() == 0


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_chunk_and_run_again_it_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    a_catalog()
    rows, bad = 6000, "bad{0}," + BAD["unknown-sku"][1]
    lines = [bad.format(n) if n % 1000 == 0 else GOOD.format(n) for n in range(1, rows + 1)]
    file = tmp_path / "day.csv"
    file.write_bytes(a_file(*lines))
    kills = 0
    while True:
        process = _start(file)
        while process.poll() is None and not _is_half_way(beyond=kills):
            time.sleep(0.01)
        if process.poll() is not None:
            break
        process.kill()
        process.wait(10)
        kills += 1
        assert kills < 40
    done = StockFile.objects.get()
    assert (process.returncode, kills >= 2) == (0, True)
    assert (done.state, done.applied, done.known, done.set_aside) == ("done", rows - 6, 0, 6)
    assert (StockMovement.objects.count(), shelf()) == (rows - 6, (rows - 6) * 10)


def _is_half_way(*, beyond: int) -> bool:
    return StockFile.objects.filter(state="applying", line__gt=2 + beyond * 1500, line__lt=5500).exists()


def _start(file: Path) -> subprocess.Popen[bytes]:
    at = connection.settings_dict
    url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "stock_import", str(file), "--source", "wms"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "STOCK_FILES_CHUNK": "250"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
