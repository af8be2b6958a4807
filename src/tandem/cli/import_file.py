"""Saying what a CSV holds before it is imported."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from rich.text import Text

from tandem.cli.session import Session
from tandem.engine.importing import TaskImport
from tandem.imports import Survey, survey_of

__all__ = ["Survey", "print_survey", "survey_of_file"]


def survey_of_file(wanted: TaskImport, path: Path, language: str, wrong_to: Path | None) -> Survey:
    """Look through the file at *path*, and write its wrong rows to *wrong_to*; see ``imports.survey_of``."""
    # With a byte order mark: spreadsheets take a file without one for another encoding.
    kept = (
        nullcontext() if wrong_to is None else wrong_to.open("w", encoding="utf-8-sig", newline="")
    )
    with kept as stream:
        return survey_of(path, wanted.mapping, wanted.dates, language, stream)


def print_survey(session: Session, survey: Survey, wrong_to: Path | None) -> None:
    """Counts, columns that mean nothing to us, and the first rows that are not imported."""
    session.say("import.rows", rows=survey.rows, wrong=survey.wrong, left_out=survey.left_out)
    if survey.unknown_columns:
        names = session.messages.joined(survey.unknown_columns)
        session.say("import.unknown_columns", names=names)
    for listed, count, key in (
        (survey.problems, survey.wrong, "import.more_wrong"),
        (survey.left, survey.left_out, "import.more_left_out"),
    ):
        for line, sentence in listed:
            said = session.messages("import.line", line=line, problem=sentence)
            session.out.print(Text(said), soft_wrap=True)
        if count > len(listed):
            session.say(key, count=count - len(listed))
    if survey.wrong and wrong_to is not None:
        session.say("import.wrong_written", file=wrong_to)
    elif survey.wrong:
        session.say("import.wrong_hint")
