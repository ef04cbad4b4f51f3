"""The documents name what is there, and all of it."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from retail_platform.kernel.supervisor.state import ROOT

PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])
LAYERS = ("system_apis", "process_apis", "experience_apis", "retail_platform", "retail_platform/kernel")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_document_names_only_commands_and_files_that_exist(page: Path) -> None:
    text = page.read_text()
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - {*get_commands(), "help"} == set()
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_the_page_of_a_layer_names_every_folder_in_it(layer: str) -> None:
    folders = {path.parent.name for path in (ROOT / layer).glob("*/__init__.py")}
    page = (ROOT / layer.split("/")[0] / "README.md").read_text()
    assert sorted(name for name in folders if f"{name}/" not in page) == []


def test_every_decision_says_what_was_decided_and_against_what() -> None:
    for note in (ROOT / "retail_platform" / "decisions").glob("*.md"):
        assert re.match(r"\d{4}-[a-z0-9-]+\.md$", note.name)
        assert note.read_text().startswith("# ")
