"""
In which encoding a file is written, decided on all of it.

A file is UTF-8 or UTF-16 if it says so by its first bytes, else UTF-8 if every byte fits, else cp932 (what
Windows calls Shift_JIS) if every byte fits and the text looks like Japanese. Nearly any text in a
Western encoding *could* be read as cp932, as nonsense: such a file is refused rather than imported.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from tandem.imports.sentences import Trouble, TroubleCode, trouble

__all__ = ["encoding_of"]

_CHUNK = 1 << 20
_ENOUGH = 2_000  # characters beyond ASCII that are judged
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Python's cp932 also lets these through; no Japanese text holds them.
_NOT_JAPANESE = re.compile("[\x80-\xa0\ue000-\uf8ff]")
# Kana, signs and common kanji with a second byte beyond ASCII; then everything else beyond ASCII.
_COMMON = re.compile(
    rb"(?P<common>[\x81-\x83][\x40-\xfc]|[\x84-\x9f][\x80-\xfc])"
    rb"|(?P<other>[\x84-\x9f\xe0-\xfc][\x40-\xfc]|[\xa1-\xdf])"
)


def encoding_of(stream: BinaryIO) -> str | Trouble:
    """Python's name of the encoding, or what is wrong and in which line; reads *stream* from its start in pieces."""
    head = stream.read(4096)
    if head.startswith(b"PK\x03\x04"):
        return trouble(TroubleCode.ARCHIVE)
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            line = _first_wrong_line(stream, codec)
            return codec if line is None else trouble(TroubleCode.BROKEN, encoding=name, line=line)
    if b"\0" in head:
        return trouble(TroubleCode.NOT_TEXT)
    beyond_utf8 = _first_wrong_line(stream, "utf-8")
    if beyond_utf8 is None:
        return "utf-8"
    beyond_cp932 = _first_wrong_line(stream, "cp932")
    if beyond_cp932 is not None:
        return trouble(TroubleCode.UNDECODABLE, line=max(beyond_utf8, beyond_cp932))
    if not _looks_japanese(stream):
        return trouble(TroubleCode.WESTERN, line=beyond_utf8)
    return "cp932"


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield b""


def _first_wrong_line(stream: BinaryIO, codec: str) -> int | None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    lines = _Lines()
    for chunk in _chunks(stream):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            lines.add(error.object[: error.start].decode(error.encoding, "replace"))
            return lines.number
        if codec == "cp932" and (odd := _NOT_JAPANESE.search(text)):
            lines.add(text[: odd.start()])
            return lines.number
        lines.add(text)
    return None


class _Lines:
    """Counts the lines of a text that comes in pieces, as an editor numbers them."""

    def __init__(self) -> None:
        self.number = 1
        self._after_return = False

    def add(self, text: str) -> None:
        if not text:
            return
        if self._after_return and text[0] == "\n":
            text = text[1:]
        self._after_return = text.endswith("\r") if text else False
        self.number += text.count("\n") + text.count("\r") - text.count("\r\n")


def _looks_japanese(stream: BinaryIO) -> bool:
    common = other = 0
    for chunk in _chunks(stream):
        for found in _COMMON.finditer(chunk):
            if found.lastgroup == "common":
                common += 1
            else:
                other += 1
            if common + other == _ENOUGH:
                return common * 4 >= other
    return common > 0 and common * 4 >= other
