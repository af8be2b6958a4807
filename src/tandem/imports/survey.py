"""Looking through a file before it is imported: how many rows there are, and which of them are wrong."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from tandem.imports.dates import DateOrder
from tandem.imports.rows import LeftOut, Wrong, read_rows
from tandem.imports.table import Source, open_table

__all__ = ["Survey", "survey_of"]

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


def survey_of(
    source: Source,
    mapping: Mapping[str, str],
    dates: DateOrder | None,
    language: str,
    wrong_to: TextIO | None = None,
) -> Survey:
    """
    Every row of the file looked at once; wrong rows are written to *wrong_to*, with their line and what is wrong.

    Raises ``SettingsError`` for a file that cannot be read at all.
    """
    table = open_table(source, mapping, language=language)
    outcomes = read_rows(table, dates=dates, language=language)
    rows = wrong = left_out = 0
    problems: list[tuple[int, str]] = []
    left: list[tuple[int, str]] = []
    kept = _WrongRows(wrong_to, table.header)
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


class _WrongRows:
    """A CSV of the wrong rows, ready to be mended and imported; nothing where nobody asked for one."""

    def __init__(self, stream: TextIO | None, header: tuple[str, ...]) -> None:
        self._writer = None if stream is None else csv.writer(stream)
        if self._writer is not None:
            self._writer.writerow(("Line", "Problem", *header))

    def add(self, line: int, problem: str, cells: tuple[str, ...]) -> None:
        if self._writer is not None:
            self._writer.writerow((line, problem, *cells))
