"""docs/cli.md has every command, every option, every value of the file, and what it shows is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from typer.main import get_command

from ipyannotator.base import Settings
from ipyannotator.cli import checking
from ipyannotator.cli.app import app
from ipyannotator.config import FILE, read
from ipyannotator.config.declared import ELSEWHERE, hints_of, kinds
from ipyannotator.mltypes import Input, Output
from tests.cli.conftest import pictures, run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
GROUP: Any = get_command(app)
COMMANDS: dict[str, Any] = dict(GROUP.commands)
PEOPLE = COMMANDS["people"].commands


def options(command) -> set[str]:
    return {
        text for parameter in command.params for text in [*parameter.opts, *parameter.secondary_opts] if text[0] == "-"
    } - {"-h", "--help"}  # fmt: skip


def all_options(name: str) -> set[str]:
    """Return those of a command and of the commands below it."""
    below = getattr(COMMANDS[name], "commands", {}).values()
    return options(COMMANDS[name]).union(*map(options, below))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_with_its_options(name):
    text = SECTIONS[name]
    assert f"ipyannotator {name}" in text
    assert [
        option for option in all_options(name) if not re.search(rf"[`\s]{re.escape(option)}[`\s]", text)
    ] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_every_command_of_people_has_a_row(name):
    assert f"| `people {name} " in SECTIONS["people"]


def test_nothing_is_described_that_is_not_there():
    sections = {name for name in SECTIONS if name != FILE and not name.startswith("#")}
    assert sections == set(COMMANDS)
    for name in COMMANDS:
        described = set(re.findall(r"`(--[a-z-]+)", SECTIONS[name]))
        assert described <= all_options(name) | {"--labels", "--split"}, name


def test_what_holds_for_all_is_described():
    head = PAGE.partition("## init")[0]
    assert [option for option in options(GROUP) if f"`{option}`" not in head] == []


@pytest.mark.parametrize(
    "arguments", [[], *([name] for name in COMMANDS), *(["people", name] for name in PEOPLE)], ids=" ".join
)
def test_help_has_examples_that_are_understood(arguments):
    text = run(*arguments, "--help").stdout
    assert "…\n" not in text.partition("Options:")[0]
    if arguments == ["people"]:
        return
    shown = re.findall(r"^ +ipyannotator (.+?)(?:    .*)?$", text, re.MULTILINE)
    assert shown
    for line in shown:
        assert line.split()[0] in COMMANDS
        words = set(re.findall(r"(?<=\s)--?[a-z-]+", line))
        command = COMMANDS[line.split()[0]]
        command = command.commands[line.split()[1]] if line.startswith("people") else command
        assert words <= options(command)


# ---- the file ---------------------------------------------------------------------------------------------------------

FILE_TEXT = PAGE.partition(f"## {FILE}")[2]


@pytest.mark.parametrize("base", [Input, Output])
def test_every_type_has_its_row_with_its_fields(base):
    for name, kind in kinds(base).items():
        if kind.__module__.startswith("ipyannotator."):
            row = next(line for line in FILE_TEXT.splitlines() if line.startswith(f"| `{name}` |"))
            assert [field for field in hints_of(kind) if f"`{field}`" not in row] == []


def test_every_setting_is_described():
    settings = [name for name in hints_of(Settings) if name not in ELSEWHERE]
    rows = "\n".join(
        line for line in FILE_TEXT.partition("| setting |")[2].splitlines() if line.startswith("|")
    )
    assert [name for name in settings if f"`{name}`" not in rows] == []


def test_the_example_is_a_project(tmp_path):
    text = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
    pictures(tmp_path / "images")
    (tmp_path / "instructions.md").write_text("Draw.")
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    config = read(tmp_path)
    assert (config.settings.title, config.settings.overlap, config.output.classes) == (
        "Blood cells", 2, ["RBC", "WBC", "Platelets"],
    )  # fmt: skip


def test_every_kind_of_finding_has_a_row():
    for kind in checking.KINDS.values():
        assert f"| {'!' if kind.problem else '·'} | {kind.text} |" in SECTIONS["check"]


def test_the_script_is_installed_as_the_package_says():
    settings = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8")).unwrap()["project"]
    assert settings["scripts"] == {"ipyannotator": "ipyannotator.cli:main"}
    assert {"cli", "web"} <= set(settings["optional-dependencies"])
