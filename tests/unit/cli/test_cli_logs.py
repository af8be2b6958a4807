"""What a line of the log holds, and what never stands in one."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from tests.support.installation import START, installation

from tandem.cli.logs import configure_logs
from tandem.model import Kind
from tandem.settings import ProcessSettings

PERSON = "vip.person@example.org"
SUBJECT = "Quite secret plans"
BODY = "the merger is on Monday"


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for each in set(root.handlers) - set(handlers):
        root.removeHandler(each)


def _logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def _configure(home: Path, **changes: str) -> None:
    settings = replace(ProcessSettings(home=home, log_format="json"), **changes)
    configure_logs(settings, default="info")


def test_a_line_is_one_json_record_with_its_time_level_and_module(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path)
    with structlog.contextvars.bound_contextvars(connection="main", run=7, trace="ab" * 16):
        structlog.get_logger().warning("lease.unsure", seconds=2)

    (line,) = _logged(capsys)
    assert list(line) == [
        *("timestamp", "level", "logger", "event", "connection", "run", "trace", "seconds")
    ]
    assert line["level"] == "warning"
    assert str(line["logger"]).endswith("test_cli_logs")
    assert str(line["timestamp"]).endswith("Z")


def test_other_libraries_records_are_lines_of_the_same_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path)
    logging.getLogger("some.package").warning("two\nlines for %s", PERSON)
    logging.getLogger("some.package").info("chatter")

    (line,) = _logged(capsys)
    assert (line["logger"], line["level"]) == ("some.package", "warning")
    assert line["event"] == "two\nlines for [address]"


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_the_words_of_a_bug_hold_no_address_and_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    _configure(tmp_path, log_format=log_format)
    try:
        raise KeyError(f"{PERSON} with Bearer abc.def-123")
    except KeyError as error:
        structlog.get_logger().error("run.crashed", exc_info=error, told=[{"to": PERSON}])

    said = capsys.readouterr().err
    assert "KeyError" in said
    assert PERSON not in said
    assert "abc.def" not in said


def test_configuring_twice_says_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path)
    _configure(tmp_path)
    logging.getLogger("some.package").error("once")

    assert len(_logged(capsys)) == 1


def test_commands_say_warnings_only_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(ProcessSettings(home=tmp_path, log_format="json"), default="warning")
    structlog.get_logger().info("run.finished")

    assert capsys.readouterr().err == ""
    assert sys.stderr is not None


async def test_a_sync_leaves_nothing_of_what_people_wrote_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(tmp_path, log_level="debug")
    async with installation(tmp_path / "home") as here:
        await here.connect()
        await here.switch_on([Kind.CALL], since=START - timedelta(days=1))
        person = {"object": "contacts", "properties": {"email": PERSON, "firstname": "Vip"}}
        contact = here.hubspot.act("create", person)["id"]
        here.hubspot.act("log_call", {"contacts": contact, "title": SUBJECT, "body": BODY})
        here.advance(120)
        report = await here.tandem.turns.take(1)
        secrets = [PERSON, SUBJECT, BODY, *here.sandbox.tokens.values()]

    said = capsys.readouterr().err
    assert report is not None
    assert report.seen
    finished = next(line for line in map(json.loads, said.splitlines()) if "finished" in str(line))
    assert (finished["event"], finished["run"]) == ("run.finished", report.run_id)
    assert [each for each in secrets if each in said] == []
