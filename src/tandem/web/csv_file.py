"""CSV files to download: in the encoding that Excel expects, and without cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from starlette.responses import StreamingResponse

__all__ = ["csv_answer"]


def csv_answer(
    name: str, columns: Iterable[str], rows: Iterable[Iterable[str]]
) -> StreamingResponse:
    """The file *name*, written as it is read."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        _pieces(columns, rows), headers=headers, media_type="text/csv; charset=utf-8"
    )


def _pieces(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    yield _line(columns)
    for row in rows:
        yield _line(row)


def _line(cells: Iterable[str]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerow([_harmless(cell) for cell in cells])
    return made.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
