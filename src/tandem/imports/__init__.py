"""Existing tasks from a file: a CSV as Salesforce exports it, read row by row. Pure but for opening the file."""

from tandem.imports.columns import Column
from tandem.imports.dates import DateOrder
from tandem.imports.rows import ImportRow, LeftOut, Outcome, Wrong, date_order_of, read_rows
from tandem.imports.sentences import Trouble, TroubleCode
from tandem.imports.survey import Survey, survey_of
from tandem.imports.table import (
    Preview,
    Source,
    Table,
    UnreadableTable,
    mapping_from,
    open_table,
    opened,
    preview_of,
)

__all__ = [
    "Column",
    "DateOrder",
    "ImportRow",
    "LeftOut",
    "Outcome",
    "Preview",
    "Source",
    "Survey",
    "Table",
    "Trouble",
    "TroubleCode",
    "UnreadableTable",
    "Wrong",
    "date_order_of",
    "mapping_from",
    "open_table",
    "opened",
    "preview_of",
    "read_rows",
    "survey_of",
]
