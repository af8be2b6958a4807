"""Tasks as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from tandem.i18n import Messages

__all__ = ["COLUMNS", "sheet"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "task": ("Id",),
    "subject": ("Subject",),
    "due": ("ActivityDate",),
    "owner": ("Owner", "Name"),
    "person": ("Who", "Name"),
    "company": ("Account", "Name"),
    "status": ("Status",),
    "type": ("Type",),
    "created": ("CreatedDate",),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet(rows: Sequence[Mapping[str, Any]], messages: Messages, *, heads: bool) -> str:
    """
    Lines of CSV for *rows*, the first one with the names of the columns if *heads*.

    What a spreadsheet would take for a formula gets an apostrophe before it.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    if heads:
        writer.writerow([messages(f"report.column.{name}") for name in COLUMNS])
    for row in rows:
        writer.writerow([_harmless(_cell(row, path)) for path in COLUMNS.values()])
    return made.getvalue()


def _cell(row: Mapping[str, Any], path: tuple[str, ...]) -> str:
    found: Any = row
    for name in path:
        found = found.get(name) if found else None
    return "" if found is None else str(found)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
