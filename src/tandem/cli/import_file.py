"""Looking through a CSV before it is imported: how many rows there are, and which of them are wrong."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from tandem.cli.session import Session
from tandem.engine.importing import TaskImport
from tandem.imports import LeftOut, Wrong, open_table, read_rows

__all__ = ["Survey", "print_survey", "survey_of"]

_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file holds. ``problems`` are the first wrong rows and ``left`` the first left out, each with its line."""

    rows: int
    wrong: int
    left_out: int
    unknown_columns: tuple[str, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    left: tuple[tuple[int, str], ...] = ()


def survey_of(wanted: TaskImport, path: Path, language: str, wrong_to: Path | None) -> Survey:
    """
    Every row of the file looked at once; wrong rows are written to *wrong_to*, with their line and what is wrong.

    Raises ``SettingsError`` for a file that cannot be read at all.
    """
    table = open_table(path, wanted.mapping, language=language)
    outcomes = read_rows(table, dates=wanted.dates, language=language)
    rows = wrong = left_out = 0
    problems: list[tuple[int, str]] = []
    left: list[tuple[int, str]] = []
    with _WrongRows(wrong_to, table.header) as kept:
        # Each record comes out once, in the order of the file.
        for record, outcome in zip(table.records(), outcomes, strict=True):
            match outcome:
                case Wrong():
                    wrong += 1
                    sentence = outcome.sentence(language)
                    kept.add(outcome.line, sentence, record.cells)
                    if len(problems) < _NAMED:
                        problems.append((outcome.line, sentence))
                case LeftOut():
                    left_out += 1
                    if len(left) < _NAMED:
                        left.append((outcome.line, outcome.sentence(language)))
                case _:
                    rows += 1
    return Survey(
        rows=rows,
        wrong=wrong,
        left_out=left_out,
        unknown_columns=table.unknown,
        problems=tuple(problems),
        left=tuple(left),
    )


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


class _WrongRows:
    """A CSV of the wrong rows, ready to be mended and imported; nothing where nobody asked for one."""

    def __init__(self, path: Path | None, header: tuple[str, ...]) -> None:
        self._path = path
        self._header = header

    def __enter__(self) -> _WrongRows:
        self._file = None
        if self._path is not None:
            # With a byte order mark: spreadsheets take a file without one for another encoding.
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(("Line", "Problem", *self._header))
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: int, problem: str, cells: tuple[str, ...]) -> None:
        if self._file is not None:
            self._writer.writerow((line, problem, *cells))
