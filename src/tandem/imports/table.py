"""
A CSV file with its encoding, delimiter and columns found out.

Whatever the file is, opening it ends in a table or in one sentence that says what to do.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from tandem.errors import SettingsError
from tandem.imports.columns import NEEDLESS, PERSON_COLUMNS, Column, column_named, folded
from tandem.imports.encodings import encoding_of
from tandem.imports.records import Record, records_in
from tandem.imports.sentences import Trouble, TroubleCode, trouble

__all__ = [
    "Preview",
    "Source",
    "Table",
    "UnreadableTable",
    "mapping_from",
    "open_table",
    "opened",
    "preview_of",
]

Source = Path | bytes
"""Where the file is, or what it holds."""

DELIMITERS = (",", ";", "\t")


class UnreadableTable(SettingsError):
    """The file, or what was said about it, cannot be used; the message is in the language asked for."""

    def __init__(self, what: Trouble, language: str = "en") -> None:
        super().__init__(what.sentence(language))
        self.trouble = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    A file whose columns are known. ``records()`` may be asked for as often as one likes.

    ``unknown`` names the columns that mean nothing to us, in the order of the file: they are not imported.
    """

    source: Source = field(repr=False)
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    columns: Mapping[Column, int]
    unknown: tuple[str, ...] = ()

    def records(self) -> Iterator[Record]:
        """The rows below the header, from the first, one at a time."""
        with _text(self.source, self.encoding) as stream:
            records = records_in(stream, self.delimiter, first_line=_skip_hint(stream))
            next(records, None)
            yield from records

    def heading(self, column: Column) -> str:
        """What the file itself calls *column*."""
        return self.header[self.columns[column]]


def mapping_from(options: Iterable[str], *, language: str = "en") -> dict[str, str]:
    """``--map COLUMN=Field`` options as a mapping for ``open_table``; UnreadableTable for any other form."""
    mapping: dict[str, str] = {}
    for option in options:
        column, sign, name = option.rpartition("=")
        if not sign or not column.strip():
            raise UnreadableTable(trouble(TroubleCode.MAP_FORM, text=option), language)
        mapping[column.strip()] = name.strip()
    return mapping


def open_table(
    source: Source, mapping: Mapping[str, str] | None = None, *, language: str = "en"
) -> Table:
    """
    The table in *source*; UnreadableTable, a sentence in *language*, if there is none.

    *mapping* gives columns (by heading, or ``#7`` by number) to fields (a ``Column``'s value, an API name or
    a label; an empty text leaves the column out) and wins over what a heading says by itself.
    """
    try:
        encoding = _encoding(source)
        delimiter, first = _header(source, encoding, mapping or {})
        columns, unknown = _columns(first.cells, mapping or {})
    except _Unfit as unfit:
        raise UnreadableTable(unfit.trouble, language) from None
    return Table(
        source=source,
        encoding=encoding,
        delimiter=delimiter,
        header=tuple(cell.strip() for cell in first.cells),
        header_line=first.line,
        columns=columns,
        unknown=unknown,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a file begins; ``guessed`` is what each column means by its heading, None where that says nothing."""

    encoding: str
    header: tuple[str, ...]
    guessed: tuple[Column | None, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


def preview_of(source: Source, *, rows: int = 3, language: str = "en") -> Preview:
    """The header and the first rows, whatever the columns mean; UnreadableTable if there are none."""
    try:
        encoding = _encoding(source)
        delimiter, first = _header(source, encoding, {})
    except _Unfit as unfit:
        raise UnreadableTable(unfit.trouble, language) from None
    taken: set[Column] = set()
    guessed: list[Column | None] = []
    for heading in first.cells:
        column = column_named(heading)
        guessed.append(None if column in taken else column)
        taken |= {column} if column else set()
    table = Table(
        source=source,
        encoding=encoding,
        delimiter=delimiter,
        header=first.cells,
        header_line=first.line,
        columns={},
    )
    return Preview(
        encoding=encoding,
        header=tuple(cell.strip() for cell in first.cells),
        guessed=tuple(guessed),
        rows=tuple(record.cells for record in islice(table.records(), rows)),
    )


class _Unfit(Exception):
    def __init__(self, what: Trouble) -> None:
        super().__init__(what.code)
        self.trouble = what


# --------------------------------------------------------------------------- opening


def _encoding(source: Source) -> str:
    try:
        with opened(source) as stream:
            encoding = encoding_of(stream)
    except OSError as error:
        why = error.strerror or error
        raise _Unfit(trouble(TroubleCode.UNOPENABLE, name=source, why=why)) from None
    if isinstance(encoding, Trouble):
        raise _Unfit(encoding)
    return encoding


def opened(source: Source) -> BinaryIO:
    """*source* to be read from its start."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _text(source: Source, encoding: str) -> TextIO:
    return io.TextIOWrapper(opened(source), encoding=encoding, errors="strict", newline="")


def _skip_hint(stream: TextIO) -> int:
    """Past the line ``sep=;`` with which a spreadsheet is told the delimiter; the number of the line after."""
    line = stream.readline(16)
    if line.strip().lower() in ("sep=;", "sep=,", "sep="):
        return 2
    stream.seek(0)
    return 1


# --------------------------------------------------------------------------- columns


def _header(source: Source, encoding: str, mapping: Mapping[str, str]) -> tuple[str, Record]:
    """The delimiter under which the first row names most columns, and that row."""
    named = {folded(column) for column in mapping}
    best: tuple[tuple[int, int], str, Record] | None = None
    for delimiter in DELIMITERS:
        with _text(source, encoding) as stream:
            first = next(records_in(stream, delimiter, first_line=_skip_hint(stream)), None)
        if first is None:
            raise _Unfit(trouble(TroubleCode.EMPTY))
        known = sum(
            column_named(cell) is not None or folded(cell) in named or folded(cell) in NEEDLESS
            for cell in first.cells
        )
        rank = (known, len(first.cells))
        if best is None or rank > best[0]:
            best = (rank, delimiter, first)
    assert best is not None
    _, delimiter, first = best
    if first.trouble is not None:
        raise _Unfit(trouble(TroubleCode.UNREADABLE_HEADER, line=first.line))
    return delimiter, first


def _columns(
    header: tuple[str, ...], mapping: Mapping[str, str]
) -> tuple[dict[Column, int], tuple[str, ...]]:
    chosen = _mapped(header, mapping)
    columns = {column: place for place, column in chosen.items() if column is not None}
    claims: dict[Column, list[int]] = {}
    unknown: list[str] = []
    for place, heading in enumerate(header):
        if place in chosen:
            continue
        column = column_named(heading)
        if column is not None and column not in columns:
            claims.setdefault(column, []).append(place)
        elif column is None and heading.strip() and folded(heading) not in NEEDLESS:
            unknown.append(heading.strip())
    for column, places in claims.items():
        if len(places) > 1:
            raise _Unfit(_doubled(header, column, places))
        columns[column] = places[0]
    if not columns:
        raise _Unfit(trouble(TroubleCode.NO_COLUMNS, found=_names(header)))
    if Column.ACTIVITY_ID not in columns and not columns.keys() & set(PERSON_COLUMNS):
        raise _Unfit(trouble(TroubleCode.NO_KEY, found=_names(header)))
    return columns, tuple(unknown)


def _mapped(header: tuple[str, ...], mapping: Mapping[str, str]) -> dict[int, Column | None]:
    """The columns that were given to fields by hand, by their place; None for those to leave out."""
    chosen: dict[int, Column | None] = {}
    for name, wanted in mapping.items():
        column = column_named(wanted) if wanted.strip() else None
        if column is None and wanted.strip():
            fields = [each.value for each in Column]
            raise _Unfit(trouble(TroubleCode.MAP_FIELD, field=wanted, fields=fields))
        places = _places(header, name)
        if not places:
            what = trouble(TroubleCode.MAP_COLUMN, column=name, columns=_names(header))
            raise _Unfit(what)
        if column is not None and len(places) > 1:
            raise _Unfit(_doubled(header, column, places))
        if column is not None and column in chosen.values():
            raise _Unfit(trouble(TroubleCode.MAP_TWICE, field=column))
        chosen.update(dict.fromkeys(places, column))
    return chosen


def _places(header: tuple[str, ...], name: str) -> list[int]:
    places = [place for place, heading in enumerate(header) if folded(heading) == folded(name)]
    if not places and name.startswith("#") and name[1:].isascii() and name[1:].isdecimal():
        place = int(name[1:][:9]) - 1
        return [place] if 0 <= place < len(header) else []
    return places


def _doubled(header: tuple[str, ...], column: Column, places: list[int]) -> Trouble:
    columns = [f"#{place + 1} {header[place].strip()}" for place in places]
    return trouble(TroubleCode.DOUBLED, field=column.value, columns=columns, number=places[0] + 1)


def _names(header: tuple[str, ...]) -> list[str]:
    return [heading.strip() for heading in header[:50]]
