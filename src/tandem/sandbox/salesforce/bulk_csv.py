"""CSV as the Bulk APIs read and write it ([bulk-csv])."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

DELIMITERS = {
    "COMMA": ",",
    "TAB": "\t",
    "SEMICOLON": ";",
    "PIPE": "|",
    "CARET": "^",
    "BACKQUOTE": "`",
}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
MAX_FIELD = 131_072

csv.field_size_limit(max(csv.field_size_limit(), 16_000_000))


class UnreadableCsv(Exception):
    """The uploaded data is no CSV of the kind the job declared; the message is the job's error."""


def read(upload: bytes, *, delimiter: str, line_ending: str) -> tuple[list[str], list[list[str]]]:
    """The header and the lines of an upload. A job declares its line ends, and must keep to them."""
    try:
        text = upload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableCsv(f"ClientInputError : the data is not UTF-8: {error.reason}") from None
    first_end = text.find("\n")
    is_crlf = first_end > 0 and text[first_end - 1] == "\r"
    if first_end >= 0 and is_crlf != (line_ending == "CRLF"):
        raise UnreadableCsv(
            "ClientInputError : LineEnding is invalid on user data. "
            f"Current LineEnding setting is {line_ending}"
        )
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter]))
    found = [line for line in lines if line]
    if not found:
        raise UnreadableCsv("InvalidBatch : Records not found")
    header = [name.strip() for name in found[0]]
    for line in found[1:]:
        if len(line) != len(header):
            raise UnreadableCsv(
                "InvalidBatch : Field count mismatch: the header names "
                f"{len(header)} fields, a record has {len(line)}"
            )
    return header, found[1:]


def write(
    header: Sequence[str],
    lines: Iterable[Sequence[Any]],
    *,
    delimiter: str = "COMMA",
    line_ending: str = "LF",
) -> bytes:
    """Every value in quotes, as the platform writes them."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=DELIMITERS[delimiter],
        lineterminator=LINE_ENDINGS[line_ending],
        quoting=csv.QUOTE_ALL,
    )
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue().encode("utf-8")


def flattened(
    records: Iterable[Mapping[str, Any]], columns: Sequence[str], kinds: Sequence[str]
) -> Iterator[list[str]]:
    """Records of a query as lines; a dotted column is read from the record inside."""
    paths = [tuple(column.split(".")) for column in columns]
    for record in records:
        yield [written(_at(record, path), kind) for path, kind in zip(paths, kinds, strict=True)]


def _at(record: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = record
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def written(value: Any, kind: str) -> str:
    """A value as CSV shows it: null is nothing, instants end in Z instead of +0000."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "datetime":
        return str(value).replace("+0000", "Z")
    return str(value)
