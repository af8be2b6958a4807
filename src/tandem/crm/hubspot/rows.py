"""
Pages of records, one of which may be malformed: that one is told apart, and the others are read.

A page is decoded as a whole, which is quick; only one that does not fit is taken apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tandem.mapping.hubspot import Record

__all__ = ["records_in"]


class _Named(msgspec.Struct, frozen=True):
    id: str | int


_record = msgspec.json.Decoder(Record)
_named = msgspec.json.Decoder(_Named)


def records_in(rows: Sequence[msgspec.Raw]) -> list[Record]:
    """
    Every row as a record, a malformed one with its ``trouble``.

    ``msgspec.DecodeError`` for a row without even an id, which nobody could be told about.
    """
    return [_read(row) for row in rows]


def _read(row: msgspec.Raw) -> Record:
    try:
        return _record.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Record(id=str(_named.decode(row).id), trouble=str(error))
