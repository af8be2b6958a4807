"""The documents name every command, option, setting and variable, and none that does not exist."""

import re
from pathlib import Path

import pytest
import typer

from tandem.cli.program import app
from tandem.model import Kind
from tandem.settings.keys import GENERAL, PER_KIND, SETTINGS
from tandem.settings.process import VARIABLES

ROOT = Path(__file__).parents[3]
COMMANDS = (ROOT / "docs/commands.md").read_text("utf-8")
DOCUMENTED = (ROOT / "docs/settings.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> dict[str, set[str]]:
    """Every command with its options."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None) or {"": command}
        for each, leaf in below.items():
            found[f"{name} {each}".strip()] = {
                option for parameter in leaf.params for option in parameter.opts
            }
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_has_its_place_in_the_docs(command: str) -> None:
    assert re.search(rf"^### .*`tandem {command}`", COMMANDS, re.MULTILINE)


def test_every_option_is_mentioned() -> None:
    options = {each for found in commands().values() for each in found if each.startswith("--")}

    assert {
        option for option in options if f"`{option}" not in COMMANDS and option not in COMMANDS
    } == set()


@pytest.mark.parametrize("text", [COMMANDS, README], ids=["commands.md", "README.md"])
def test_every_option_mentioned_exists(text: str) -> None:
    known = {option for found in commands().values() for option in found} | {"--help"}

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - known == set()


@pytest.mark.parametrize("text", [COMMANDS, README], ids=["commands.md", "README.md"])
def test_every_command_mentioned_exists(text: str) -> None:
    names = set(re.findall(r"(?:`|\$ (?:\.venv/bin/)?)tandem ([a-z]+)", text))

    assert names - {command.split()[0] for command in commands()} == set()


def test_every_variable_is_in_the_table_and_no_other() -> None:
    assert set(re.findall(r"TANDEM_[A-Z_]*[A-Z]", DOCUMENTED)) == set(VARIABLES)


def test_every_setting_is_in_a_table() -> None:
    for setting in GENERAL:
        last = setting.name.rpartition(".")[2]
        assert f"`{setting.name}`" in DOCUMENTED or f"`.{last}`" in DOCUMENTED, setting.name
    for setting in PER_KIND:
        assert re.search(rf"^\| `{re.escape(setting.name)}` \|", DOCUMENTED, re.MULTILINE), (
            setting.name
        )
    for kind in Kind:
        assert f"`{kind.value}`" in DOCUMENTED


def test_every_key_in_the_examples_exists() -> None:
    for key in re.findall(r"settings set (\S+)", COMMANDS + README):
        assert key in SETTINGS or key == "KEY"
