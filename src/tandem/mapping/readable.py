"""
HTML bodies as readable plain text: paragraphs, lists and links kept, what nobody wants to read dropped.

A body is anybody's: it is parsed as a stream, without a tree, under caps on size, depth, number of
elements and length of the result, so that a hostile one costs bounded time and memory
(docs/decisions/0008).
"""

from __future__ import annotations

import html
import re

from lxml import etree

from tandem.mapping.page import INVISIBLE, Caps, Enough, Page, TooHostile
from tandem.mapping.quotes import Line, without_history
from tandem.mapping.text import clean, without

__all__ = ["Caps", "TooHostile", "text_from_html", "text_from_plain"]


_CAPS = Caps()
_CHUNK = 65_536
_TAG = re.compile(r"<[A-Za-z!/?]")


_IDLE: list[tuple[Page, etree.HTMLParser]] = []
_MOST_IDLE = 4


def text_from_html(source: str, *, drop_history: bool = True, caps: Caps = _CAPS) -> str:
    """
    *source* as plain text; a body without any tag is taken for plain text with entities.

    Link targets follow their text in parentheses. With *drop_history* what a mail quotes of earlier mails
    goes, unless nothing else would be left. Raises ``TooHostile`` beyond the caps.
    """
    if len(source) > caps.source:
        raise TooHostile(f"a body of {len(source)} characters")
    if not _TAG.search(source):
        return text_from_plain(html.unescape(source), drop_history=drop_history, caps=caps)
    return _laid_out(_lines_of(clean(source), caps), drop_history)


def text_from_plain(source: str, *, drop_history: bool = True, caps: Caps = _CAPS) -> str:
    """A plain-text body with its line ends tidied and, with *drop_history*, without quoted mails."""
    text = without(clean(source[: caps.result]), INVISIBLE)
    return _laid_out([Line(line.rstrip()) for line in text.split("\n")], drop_history)


def _lines_of(text: str, caps: Caps) -> list[Line]:
    # A parser costs as much to make as a short mail to parse, so idle ones are kept.
    page, parser = _IDLE.pop() if _IDLE else _new_reader()
    page.reset(caps)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except Enough:
        return page.finish()
    except etree.LxmlError as error:
        raise TooHostile(str(error)) from None
    lines = page.finish()
    if len(_IDLE) < _MOST_IDLE:
        _IDLE.append((page, parser))
    return lines


def _new_reader() -> tuple[Page, etree.HTMLParser]:
    page = Page(_CAPS)
    return page, etree.HTMLParser(target=page, huge_tree=True)


def _laid_out(lines: list[Line], drop_history: bool) -> str:
    kept = without_history(lines) if drop_history else [line.text for line in lines]
    out: list[str] = []
    for line in kept:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip("\n")
