"""The program as a whole: help, languages, exit codes, wrong usage."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tandem.cli.help import ORDER
from tandem.cli.program import app
from tandem.errors import OutcomeUnknown, StoreError, TandemError
from tandem.model import Side

SPEC = set(ORDER)
NO_JSON = {"settings apply", "settings set", "errors retry", "owners map", "disconnect", "resume"} | {
    "backup", "restore", "serve", "worker", "feeds secret", "token create", "token revoke",
}  # fmt: skip


def leaves() -> list[str]:
    """Every command of the program, groups left out."""
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in below] if below else [name]
    return found


def test_help_lists_every_command(tandem) -> None:
    out = tandem("--help")

    assert out.code == 0
    assert set(typer.main.get_command(app).commands) == set(ORDER)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("command", leaves())
def test_every_command_has_help_with_an_example(
    tandem, command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tandem(*command.split(), "--help", "--language", language)

    out = capsys.readouterr().out
    assert said.code == 0
    assert f"tandem {command}" in out.splitlines()[-1]
    assert out.splitlines()[-1].startswith("Example:" if language == "en" else "例:")
    assert "--language en|ja" in out
    assert ("--json" in out) is (command not in NO_JSON)


def test_help_keeps_to_the_width_and_cuts_nothing_off(
    tandem, capsys: pytest.CaptureFixture[str]
) -> None:
    tandem.width = 50
    tandem("--help", "--language", "ja")

    assert "…" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sync", "--dry-rum"], "Error: There is no option --dry-rum; did you mean --dry-run?"),
        (["explain"], "Error: ID is missing."),
        (["frob"], "Error: There is no command frob."),
        (["plan", "--limit", "many"], "Error: --limit:"),
        (["sync", "--language", "fr"], "Error: --language:"),
    ],
)
def test_wrong_usage_is_2_and_points_at_the_help(tandem, arguments: list[str], said: str) -> None:
    refused = tandem(*arguments)

    assert refused.code == 2
    assert refused.err.startswith(said)
    assert "--help" in refused.err


def test_wrong_usage_is_said_in_japanese_too(tandem) -> None:
    assert tandem("sync", "--foo", "--language=ja").err.startswith(
        "エラー: --foo というオプションはありません。"
    )


def test_a_group_alone_shows_its_help_and_is_wrong_usage(tandem) -> None:
    said = tandem("settings")

    assert said.code == 2
    assert "apply" in said.err


def test_a_wrong_environment_stops_the_start(tandem) -> None:
    tandem.environ["TANDEM_KEYFILE"] = "x"

    said = tandem("connections")

    assert said.code == 2
    assert "did you mean TANDEM_KEY_FILE?" in said.err
    assert tandem.application.settings is None


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (StoreError("The disk is full."), "Failed: The disk is full."),
        (
            OutcomeUnknown("No answer.", side=Side.SALESFORCE, operation="create"),
            "Failed: No answer.",
        ),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_1(tandem, error: TandemError, line: str) -> None:
    tandem.application.trouble = {"resume": error}

    said = tandem("resume")

    assert said.code == 1
    assert said.err.splitlines()[0] == line


def test_a_full_disk_is_a_sentence(tandem) -> None:
    tandem.application.trouble = {"resume": OSError(28, "No space left on device", "/var/x")}

    said = tandem("resume")

    assert (said.code, said.err) == (1, "Failed: No space left on device (/var/x)\n")


def test_ctrl_c_says_that_nothing_is_lost(tandem) -> None:
    tandem.application.trouble = {"resume": KeyboardInterrupt()}

    said = tandem("resume")

    assert said.code == 1
    assert "the next run goes on from there" in said.err


def test_a_bug_is_loud(tandem) -> None:
    tandem.application.trouble = {"resume": ZeroDivisionError()}

    with pytest.raises(ZeroDivisionError):
        tandem("resume")


def test_python_m_tandem_is_the_same_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tandem", "--help"],
        capture_output=True,
        text=True,
        env={"TANDEM_HOME": str(tmp_path), "PYTHONUTF8": "1"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: tandem")
