"""
A CSV taken apart into records, each with the line of the file where it begins.

Quoted cells may hold line ends. A record whose quotation marks go wrong costs its first line only: the
lines after it are read anew, so that one bad mark does not swallow the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from tandem.imports.sentences import Trouble, TroubleCode, trouble

__all__ = ["LONGEST_RECORD", "Record", "records_in"]

LONGEST_RECORD: Final = 400_000
"""Characters that a record of Salesforce can have at most [bulk-limits]; more is no row of an export."""

_LONGEST_CELL: Final = 131_072  # as the csv module has it; Comments hold 32,000 [bulk-limits]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, or what is wrong with it."""

    line: int
    cells: tuple[str, ...]
    trouble: Trouble | None = None


def records_in(stream: TextIO, delimiter: str, *, first_line: int = 1) -> Iterator[Record]:
    """
    The records of *stream*, which was opened with ``newline=""`` and stands at the start of *first_line*.

    Lines without any character are no records. Never more than one record is held.
    """
    lines = _Lines(stream, first_line)
    while (line := lines.begin()) is not None:
        try:
            cells = next(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
        except (csv.Error, StopIteration):
            yield Record(line, (), lines.give_back())
            continue
        if cells:
            yield Record(line, tuple(cells))


class _Lines:
    """
    The lines of a stream, counted, of which those of the present record can be given back.

    Iterating raises ``csv.Error`` where a record grows longer than any may be.
    """

    def __init__(self, stream: TextIO, first_line: int) -> None:
        self._stream = stream
        self._next = first_line
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._too_long = False

    def begin(self) -> int | None:
        """The number of the line where a new record begins; None at the end."""
        self._taken.clear()
        self._size = 0
        self._too_long = False
        if not self._ahead:
            line = self._read()
            if not line:
                return None
            self._ahead.append(line)
        return self._next

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self._next += 1
        self._taken.append(line)
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            self._too_long = len(self._taken) == 1
            raise csv.Error("longer than a record may be")
        return line

    def give_back(self) -> Trouble:
        """Takes all but the first line of the failed record back, and says what was wrong."""
        again = self._taken[1:]
        self._ahead.extendleft(reversed(again))
        self._next -= len(again)
        if self._too_long:
            self._skip_line()
            return trouble(TroubleCode.TOO_LONG)
        if self._taken and max(map(len, self._taken)) > _LONGEST_CELL:
            return trouble(TroubleCode.TOO_LONG)
        return trouble(TroubleCode.QUOTES)

    def _read(self) -> str:
        return self._stream.readline(LONGEST_RECORD + 1)

    def _skip_line(self) -> None:
        """Past the rest of a line that was cut because no record is as long."""
        end = self._taken[0]
        while end and end[-1] not in "\r\n":
            end = self._read()
