"""Progress: one line that renews itself for a person, few lines for a log."""

import io

import pytest

from retail_platform.kernel import progress
from retail_platform.kernel.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_how_much_how_fast_and_how_long() -> None:
    shown = Progress(io.StringIO(), label="orders", total=300)
    shown.done = 75

    assert shown.line(shown.began + 5) == "orders 75/300  25%  15/s  15 s left"


def test_without_a_total_it_says_how_much_and_how_fast() -> None:
    shown = Progress(io.StringIO(), label="facts")
    shown.done = 4

    assert shown.line(shown.began + 2) == "facts 4  2.0/s  in 2.0 s"


def test_a_log_gets_one_line_for_quick_work() -> None:
    out = io.StringIO()

    with Progress(out, label="orders", total=3) as shown:
        for _ in range(3):
            shown.add(1)

    assert out.getvalue().count("\n") == 1


def test_a_terminal_gets_one_line_that_renews_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", {True: 0.0, False: 0.0})
    out = Terminal()

    with Progress(out, label="orders", total=3) as shown:
        for _ in range(3):
            shown.add(1)

    assert out.getvalue().count("\n") == 1
    assert out.getvalue().count("\r") == 4


def test_the_last_line_is_not_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", {True: 0.0, False: 0.0})
    out = io.StringIO()

    with Progress(out, label="orders", total=1) as shown:
        shown.add(1)

    assert out.getvalue().count("1/1") == 1
