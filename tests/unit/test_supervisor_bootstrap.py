"""When the installed packages may be trusted, and when they are installed again."""

from pathlib import Path

import pytest

from retail_platform.kernel.supervisor import bootstrap


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose runtime packages are installed."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    for lock in (bootstrap.RUNTIME, bootstrap.DEVELOPMENT):
        (tmp_path / lock).write_text("django==5.2 --hash=sha256:00\n")
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "MARKER": venv / "retail-locks",
        "UNFINISHED": tmp_path / ".venv.unfinished",
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    bootstrap.MARKER.write_text(bootstrap._mark(bootstrap.RUNTIME))
    return tmp_path


def test_installed_packages_are_used_again(checkout: Path) -> None:
    assert bootstrap._satisfied(development=False)


def test_a_changed_lock_is_installed(checkout: Path) -> None:
    (checkout / bootstrap.RUNTIME).write_text("django==5.3 --hash=sha256:00\n")

    assert not bootstrap._satisfied(development=False)


def test_the_tests_need_the_development_packages_too(checkout: Path) -> None:
    assert not bootstrap._satisfied(development=True)


def test_an_interrupted_installation_is_not_believed(checkout: Path) -> None:
    bootstrap.UNFINISHED.touch()

    assert not bootstrap._satisfied(development=False)
