"""The tutorial does what it says: each of its commands is carried out, and its output compared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.docs.tutorial_shell import Step, TutorialShell, same, steps

from tandem.sandbox.clock import Clock
from tandem.sandbox.server import SandboxThread

PAGE = Path(__file__).parents[3] / "docs" / "tutorial.md"
_ELSEWHERE = ("git ", "make ", ".venv/bin/tandem sandbox", "tandem serve")
"""Commands that install, or that run until they are ended."""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[TutorialShell]:
    with SandboxThread(data="sample", clock=Clock(running=False)) as sandbox:
        urls = {"hubspot": sandbox.hubspot_url, "salesforce": sandbox.salesforce_url}
        yield TutorialShell(tmp_path, urls, dict(sandbox.tokens))


def test_every_command_of_the_tutorial_prints_what_it_shows(shell: TutorialShell) -> None:
    typed = [
        step for step in steps(PAGE.read_text("utf-8")) if not step.command.startswith(_ELSEWHERE)
    ]

    assert len(typed) > 30
    for step in typed:
        printed = shell(step.command)
        assert same(step.printed, printed), (
            f"docs/tutorial.md, line {step.line}: {step.command}\n\n"
            + "\n".join(step.printed)
            + f"\n\nbut it printed\n\n{printed}"
        )


def test_the_tutorials_own_tokens_are_those_of_the_sandbox(shell: TutorialShell) -> None:
    shown = [
        step for step in steps(PAGE.read_text("utf-8")) if step.command.endswith("tandem sandbox")
    ]

    assert shell.variables["HS"] in "\n".join(shown[0].printed)


def test_output_is_compared_but_for_what_varies() -> None:
    page = ("Run 1 of try done in 0.4 s.", "…", "2026-11-23 15:56:16 UTC   1   created")

    assert same(page, "Run 1 of try done in 12.0 s.\nx\ny\n2027-01-01 00:00:00 UTC   1   created")
    assert not same(page, "Run 2 of try done in 12.0 s.\n2027-01-01 00:00:00 UTC   1   created")
    assert not same(page, "Run 1 of try done in 12.0 s.\n2027-01-01 00:00:00 UTC   1   updated")


def test_commands_are_found_with_what_they_print() -> None:
    page = "Text\n```console\n$ one \\\n    two\nsaid\n$ three\n```\n```text\n$ not this\n```"

    assert steps(page) == [
        Step(command="one two", printed=("said",), line=3),
        Step(command="three", printed=(), line=6),
    ]
