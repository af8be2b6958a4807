"""
Rows of a table as tasks to import.

Every record of the file comes out once, in the order of the file: read, wrong with its line and a sentence,
or left out with the reason. One wrong row does not stop the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tandem.imports.columns import Column
from tandem.imports.dates import DateOrder, day_in, reading_of
from tandem.imports.records import Record
from tandem.imports.sentences import Trouble, TroubleCode, trouble
from tandem.imports.table import Table, UnreadableTable
from tandem.mapping.ids import id18, is_salesforce_id

__all__ = ["ImportRow", "LeftOut", "Outcome", "Wrong", "date_order_of", "read_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """
    One task of the file. Ids have 18 characters, addresses are lower case, texts are as the file has them.

    With an ``activity_id`` nothing else is filled: the task is read again from the org. Without one there is
    a ``person_id`` (a contact's or lead's) or a ``person_email``, or both. ``created`` is the day as the file
    writes it, in whatever zone that was.
    """

    line: int
    activity_id: str | None = None
    person_id: str | None = None
    person_email: str | None = None
    person_name: str | None = None
    subject: str | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    subtype: str | None = None
    due: date | None = None
    comments: str | None = None
    owner_id: str | None = None
    owner_email: str | None = None
    owner_name: str | None = None
    related_id: str | None = None
    created: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A row that cannot be imported, and why."""

    line: int
    trouble: Trouble

    def sentence(self, language: str = "en") -> str:
        return self.trouble.sentence(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row that is no task of its own: a report's footer, a blank row, a task that an earlier row named."""

    line: int
    trouble: Trouble

    def sentence(self, language: str = "en") -> str:
        return self.trouble.sentence(language)


Outcome = ImportRow | Wrong | LeftOut


def read_rows(
    table: Table, *, dates: DateOrder | None = None, language: str = "en"
) -> Iterator[Outcome]:
    """
    What becomes of each record of *table*, one at a time.

    Without *dates* the file is read once before to find out whether its dates begin with the day or the
    month; UnreadableTable, a sentence in *language*, where it does not tell. That is raised at once, before
    the first row is asked for. Of rows already seen only the ids of tasks are kept, to tell doubles.
    """
    order = dates or date_order_of(table, language=language) or DateOrder.YMD
    return _outcomes(table, order)


def date_order_of(table: Table, *, language: str = "en") -> DateOrder | None:
    """The order that the dates of *table* prove; None where nothing depends on it."""
    proofs: dict[DateOrder, tuple[int, str]] = {}
    doubt: tuple[int, str] | None = None
    for line, cell in _date_cells(table):
        reading = reading_of(cell)
        if reading is None:
            continue
        if (proof := reading.proves) is not None:
            proofs.setdefault(proof, (line, cell))
        elif reading.is_open and doubt is None:
            doubt = (line, cell)
    if len(proofs) == 2:
        (day_line, day_value), (month_line, month_value) = (
            proofs[DateOrder.DMY],
            proofs[DateOrder.MDY],
        )
        what = trouble(
            TroubleCode.CONTRADICTING_DATES,
            day_line=day_line,
            day_value=day_value,
            month_line=month_line,
            month_value=month_value,
        )
        raise UnreadableTable(what, language)
    if not proofs and doubt is not None:
        what = trouble(TroubleCode.OPEN_DATES, line=doubt[0], value=doubt[1])
        raise UnreadableTable(what, language)
    return next(iter(proofs), None)


def _date_cells(table: Table) -> Iterator[tuple[int, str]]:
    """The dates that matter: of rows that are not read again from the org."""
    if not table.columns.keys() & {Column.DUE, Column.CREATED}:
        return
    for record in _sorted_out(table):
        if isinstance(record, Record) and not _Cells(table, record).id_text(Column.ACTIVITY_ID):
            for column in (Column.DUE, Column.CREATED):
                if cell := _Cells(table, record).text(column):
                    yield record.line, cell


def _outcomes(table: Table, order: DateOrder) -> Iterator[Outcome]:
    seen: dict[str, int] = {}
    for record in _sorted_out(table):
        if not isinstance(record, Record):
            yield record
            continue
        try:
            row = _row(_Cells(table, record), order)
        except _WrongCell as wrong:
            yield Wrong(line=record.line, trouble=wrong.trouble)
            continue
        if row.activity_id is not None:
            first = seen.setdefault(row.activity_id, row.line)
            if first != row.line:
                yield LeftOut(line=row.line, trouble=trouble(TroubleCode.DOUBLE, first=first))
                continue
        yield row


# --------------------------------------------------------------------------- rows that are none

# What a report adds below its rows; its name stands above these lines, the company's below.
_FOOTER = re.compile(
    r"(?:grand |sub)?totals?(?:\s*[(::\d].*)?|total records\b.*|copyright (?:\(c\)|©).*|©.*salesforce.*"
    r"|confidential information\b.*|generated by\s*:.*|as of \d.*"
    r"|(?:総計|総合計|合計|小計)(?:\s*[(::\d].*)?|レコード総数.*|(?:社外秘|機密情報)(?:$|[\s::-].*)|(?:作成者|生成者)\s*[::].*",
    re.IGNORECASE | re.DOTALL,
)
_MOST_PENDING = 20


def _sorted_out(table: Table) -> Iterator[Record | Wrong | LeftOut]:
    """The records of the right width; a report's footer, blank and broken ones already judged."""
    width = len(table.header)
    pending: list[Record] = []  # lone cells: the name of a report above its footer, or broken rows
    in_footer = False
    for record in table.records():
        lone = _lone_cell(record)
        is_footer = lone is not None and _FOOTER.fullmatch(lone.strip()) is not None
        if is_footer or (in_footer and lone is not None and len(record.cells) < width):
            yield from (_footer(each) for each in pending)
            pending.clear()
            in_footer = True
            yield _footer(record)
        elif lone is not None and len(record.cells) < width and len(pending) < _MOST_PENDING:
            pending.append(record)
        else:
            yield from (_narrow(each, width) for each in pending)
            pending.clear()
            in_footer = in_footer and lone is None and not any(record.cells)
            yield _judged(record, width)
    yield from (_narrow(each, width) for each in pending)


def _lone_cell(record: Record) -> str | None:
    """The only cell with text, where that is the first."""
    if record.trouble is not None or not record.cells or not record.cells[0].strip():
        return None
    return record.cells[0] if not any(cell.strip() for cell in record.cells[1:]) else None


def _footer(record: Record) -> LeftOut:
    return LeftOut(line=record.line, trouble=trouble(TroubleCode.FOOTER, text=record.cells[0]))


def _narrow(record: Record, width: int) -> Wrong:
    what = trouble(TroubleCode.CELLS, cells=len(record.cells), expected=width)
    return Wrong(line=record.line, trouble=what)


def _judged(record: Record, width: int) -> Record | Wrong | LeftOut:
    if record.trouble is not None:
        return Wrong(line=record.line, trouble=record.trouble)
    if not any(cell.strip() for cell in record.cells):
        return LeftOut(line=record.line, trouble=trouble(TroubleCode.BLANK))
    surplus = any(cell.strip() for cell in record.cells[width:])
    if len(record.cells) < width or surplus:
        return _narrow(record, width)
    return record


# --------------------------------------------------------------------------- cells


class _WrongCell(Exception):
    def __init__(self, code: TroubleCode, **values: object) -> None:
        super().__init__(code)
        self.trouble = trouble(code, **values)


# The data export writes a reference to nothing as zeros.
_NOTHING = re.compile(r"0{15}(?:AAA)?")
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
_TASK = ("00T",)
_CONTACT = ("003",)
_LEAD = ("00Q",)
_OWNER = ("005", "00G")


class _Cells:
    """The cells of one record by what they mean; an id, address or date that is none raises ``_WrongCell``."""

    def __init__(self, table: Table, record: Record) -> None:
        self.line = record.line
        self._table = table
        self._cells = record.cells

    def text(self, column: Column) -> str | None:
        """The cell as it is; None if it is empty."""
        place = self._table.columns.get(column)
        cell = "" if place is None else self._cells[place]
        return cell if cell.strip() else None

    def word(self, column: Column) -> str | None:
        cell = self.text(column)
        return cell and cell.strip()

    def id_text(self, column: Column) -> str | None:
        """The cell of an id, not checked; None if it refers to nothing."""
        cell = self.word(column)
        return None if cell is None or _NOTHING.fullmatch(cell) else cell

    def id(
        self, column: Column, prefixes: tuple[str, ...] = (), otherwise: TroubleCode | None = None
    ) -> str | None:
        """The 18-character id in the cell, which must begin with one of *prefixes* where there are any."""
        cell = self.id_text(column)
        if cell is None:
            return None
        if not is_salesforce_id(cell):
            raise self._wrong(TroubleCode.BAD_ID, column, cell)
        if prefixes and not cell.startswith(prefixes):
            raise self._wrong(otherwise or TroubleCode.BAD_ID, column, cell)
        return id18(cell)

    def email(self, column: Column) -> str | None:
        cell = self.word(column)
        if cell is not None and not _EMAIL.fullmatch(cell):
            raise self._wrong(TroubleCode.BAD_EMAIL, column, cell)
        return cell and cell.lower()

    def day(self, column: Column, order: DateOrder) -> date | None:
        cell = self.word(column)
        day = None if cell is None else day_in(cell, order)
        if cell is not None and day is None:
            raise self._wrong(TroubleCode.BAD_DATE, column, cell, order=order)
        return day

    def _wrong(self, code: TroubleCode, column: Column, cell: str, **more: object) -> _WrongCell:
        return _WrongCell(code, column=self._table.heading(column), value=cell, **more)


def _row(cells: _Cells, order: DateOrder) -> ImportRow:
    activity_id = cells.id(Column.ACTIVITY_ID, _TASK, TroubleCode.NOT_A_TASK)
    if activity_id is not None:
        return ImportRow(line=cells.line, activity_id=activity_id)
    person_id = (
        cells.id(Column.PERSON_ID, _CONTACT + _LEAD, TroubleCode.NOT_A_PERSON)
        or cells.id(Column.CONTACT_ID, _CONTACT, TroubleCode.NOT_A_PERSON)
        or cells.id(Column.LEAD_ID, _LEAD, TroubleCode.NOT_A_PERSON)
    )
    person_email = cells.email(Column.PERSON_EMAIL)
    if person_id is None and person_email is None:
        raise _WrongCell(TroubleCode.NO_PERSON)
    return ImportRow(
        line=cells.line,
        person_id=person_id,
        person_email=person_email,
        person_name=cells.word(Column.PERSON_NAME),
        subject=cells.text(Column.SUBJECT),
        status=cells.word(Column.STATUS),
        priority=cells.word(Column.PRIORITY),
        type=cells.word(Column.TYPE),
        subtype=cells.word(Column.SUBTYPE),
        due=cells.day(Column.DUE, order),
        comments=cells.text(Column.FULL_COMMENTS) or cells.text(Column.COMMENTS),
        owner_id=cells.id(Column.OWNER_ID, _OWNER, TroubleCode.NOT_AN_OWNER),
        owner_email=cells.email(Column.OWNER_EMAIL),
        owner_name=cells.word(Column.OWNER_NAME),
        related_id=cells.id(Column.RELATED_ID),
        created=cells.day(Column.CREATED, order),
    )
