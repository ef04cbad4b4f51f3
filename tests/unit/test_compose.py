"""What the containers are told exists: roles, commands, variables, folders. Docker itself is not needed to know."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from retail_platform.kernel.machine import roles
from retail_platform.kernel.supervisor.state import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "retail-platform"}
TEXT = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
CODE = [path for folder in ("settings", "retail_platform", "system_apis") for path in (ROOT / folder).rglob("*.py")]


def test_there_is_a_container_for_each_role_of_the_platform() -> None:
    served = {service["command"][1] for service in OURS.values() if service["command"][0] == "serve"}
    assert served == {"web", "worker", "beat", "relay", "sandbox"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_container_runs_a_command_that_exists(name: str) -> None:
    command, *arguments = OURS[name]["command"]
    assert command in get_commands()
    if command == "serve":
        assert roles.argv(arguments[0])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_container_that_stays_says_whether_it_is_well(name: str) -> None:
    assert "healthcheck" in SERVICES[name] or SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_container_waits_for_what_it_stands_on(name: str) -> None:
    for needed, how in OURS[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed == "migrate" else "service_healthy"
        assert how == {"condition": expected}
        assert needed in SERVICES


def test_every_variable_set_for_a_container_of_ours_is_one_that_the_code_reads() -> None:
    code = "".join(path.read_text() for path in CODE)
    told = {name for service in OURS.values() for name in service["environment"]}
    assert [name for name in sorted(told) if f'"{name}"' not in code] == []


def test_every_variable_asked_of_a_person_is_explained_in_the_example() -> None:
    passed_on = {name for name, value in COMPOSE["x-platform"]["environment"].items() if value is None}
    asked = set(re.findall(r"\$\{(\w+)", TEXT)) | passed_on
    assert [name for name in sorted(asked) if not re.search(rf"^#? ?{name}=", EXAMPLE, re.MULTILINE)] == []


def test_no_secret_has_a_value_or_a_default() -> None:
    secret = re.compile(r"\$\{\w*(?:PASSWORD|SECRET|KEYS|TOKEN)\w*(?P<rest>[^}]*)\}")
    assert {match["rest"] for match in secret.finditer(TEXT)} == {":?set it"}
    assert re.findall(r"^(\w*(?:PASSWORD|SECRET_KEY|KEYS|TOKEN))=.+$", EXAMPLE, re.MULTILINE) == []


def test_the_image_holds_every_package_of_ours() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(packages)


def test_no_shell_stands_between_a_container_and_its_server() -> None:
    """A shell passes no signal on: the server would be killed, not stopped."""
    shells = [service["command"] for service in SERVICES.values() if service.get("command", [""])[0] == "sh"]
    assert [command for command in shells if not command[-1].startswith("exec ")] == []


def test_valkey_is_told_its_password_on_standard_input_alone(tmp_path: Path) -> None:
    server = tmp_path / "valkey-server"
    server.write_text('#!/bin/sh\necho "$@"\ncat\n')
    server.chmod(0o755)
    command = [part.replace("$$", "$") for part in SERVICES["valkey"]["command"]]
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "VALKEY_PASSWORD": "0123abcd"}

    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True)

    arguments, *configuration = told.stdout.splitlines()
    assert (arguments, configuration[0]) == ("-", "requirepass 0123abcd")


def test_the_packages_of_the_image_are_not_those_that_a_plain_machine_renews() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    workdir = re.findall(r"^WORKDIR (\S+)$", dockerfile, re.MULTILINE)[-1]
    assert f"{workdir}/.venv" not in dockerfile


def test_the_sandbox_may_reach_the_web_process_whatever_its_public_name_is() -> None:
    assert "web" in OURS["web"]["environment"]["RETAIL_HOSTS"].split(",")


def test_what_the_containers_mount_is_there() -> None:
    mounts = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    for source in (mount.split(":")[0] for mount in mounts):
        assert source in COMPOSE["volumes"] or Path(ROOT, source).exists()
