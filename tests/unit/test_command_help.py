"""Whoever asks a command for help reads what it does, what each argument means, and an example to copy."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from retail_platform.kernel.supervisor.state import ROOT

OURS = ("retail_platform", "system_apis", "process_apis", "experience_apis")
THEIR_OWN = {"bench", "test"}  # hand their arguments on, and print a help of their own
NAMES = sorted(name for name, app in get_commands().items() if str(app).startswith(OURS) and name not in THEIR_OWN)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_what_it_does_and_explains_each_argument(name: str) -> None:
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert parser.description
    assert [action.dest for action in parser._actions if not action.help and action.choices is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_command_is_one_that_it_understands(name: str) -> None:
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    example = (parser.epilog or "").removeprefix("Example: manage.py ").split("    (")[0]
    called, *arguments = shlex.split(example)
    assert called == name
    parser.parse_args(arguments)


def test_every_command_is_in_the_list_of_commands_and_no_other_is() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted([*NAMES, *THEIR_OWN])


def test_the_examples_of_the_list_are_understood() -> None:
    for line in re.findall(r"`manage\.py ([^`]+)` \|$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE):
        name, *arguments = shlex.split(line)
        if name not in THEIR_OWN:
            load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)
