"""
Comments as the body of a HubSpot task, and what a body holds that Comments cannot show.

``readable`` is the other direction; reading back what is written here gives the same lines.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from lxml import etree

from tandem.mapping.markup import is_hidden, says, target_of
from tandem.mapping.normal_form import BODY_LIMIT, COMMENTS_LIMIT
from tandem.mapping.page import INVISIBLE, Caps, TooHostile
from tandem.mapping.readable import text_from_html
from tandem.mapping.text import clean, cut, utf16_length, without
from tandem.model import Body

__all__ = ["body_holds_more", "fits_in_body", "html_from_text", "tidy_lines"]

_NO_BREAK_SPACE = "\u00a0"
_SHORTENED = "…"
_TAB = 4
_OUTER = " \u3000"
_SPACES = re.compile(r" {2,}")
_INNER_SPACES = re.compile(r"(?<=\S) {2,}")
_LEADING = re.compile(r"\A +")
_EMPTY_LINES = re.compile(r"\n{3,}")
# ASCII only: in Japanese text nothing stands between an address and what follows it.
_ADDRESS = re.compile(r"https?://[!#-;=?-Z\\\]^_a-z|~\[]{1,1990}")
_AFTER_ADDRESS = ".,;:!?)]'"


# --------------------------------------------------------------------------- text to HTML


def tidy_lines(text: str) -> str:
    """
    *text* as it reads back from a body: no trailing blanks, no more than one empty line, tabs as blanks.

    Inside a line several blanks are one; those it begins with stay. Tidying twice is tidying once.
    """
    return _INNER_SPACES.sub(" ", _lines(text))


def _lines(text: str) -> str:
    """*text* with all its blanks, as far as a body can hold them."""
    lines = without(clean(text), INVISIBLE).replace(_NO_BREAK_SPACE, " ").split("\n")
    return _EMPTY_LINES.sub(
        "\n\n", "\n".join(line.expandtabs(_TAB).rstrip(_OUTER) for line in lines)
    ).strip("\n")


def html_from_text(text: str) -> str:
    """
    *text* as HTML: a paragraph for each block of lines, a break for each line, web addresses as links.

    Nothing in *text* is markup, and all its blanks stay. What would pass HubSpot's limit is shortened at a word; ``fits_in_body`` tells.
    """
    lines = _lines(text)
    body = _marked_up(lines)
    room = utf16_length(lines)
    while utf16_length(body) > BODY_LIMIT:
        # Signs that need escaping count several times; shrink by the share that is too much.
        room = min(room - 1, room * BODY_LIMIT // utf16_length(body))
        body = _marked_up(cut(lines, room, ellipsis=_SHORTENED))
    return body


def fits_in_body(text: str) -> bool:
    """Whether a HubSpot body can hold all of *text*."""
    return utf16_length(_marked_up(_lines(text))) <= BODY_LIMIT


def _marked_up(lines: str) -> str:
    blocks = lines.split("\n\n") if lines else []
    return "".join(f"<p>{'<br>'.join(map(_line, block.split(chr(10))))}</p>" for block in blocks)


def _line(line: str) -> str:
    parts: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(line):
        address = found[0].rstrip(_AFTER_ADDRESS)
        if not _reads_back(address):
            continue
        shown = html.escape(address)
        parts += [_words(line[end : found.start()]), f'<a href="{shown}">{shown}</a>']
        end = found.start() + len(address)
    return "".join((*parts, _words(line[end:])))


def _reads_back(address: str) -> bool:
    """Whether a link to *address* reads as the address alone: a protected link would read as its target."""
    return target_of(address) == address and len(address) > len("https://")


def _words(text: str) -> str:
    text = _LEADING.sub(_kept, _SPACES.sub(_kept, text)) if " " in text else text
    return html.escape(text, quote=False)


def _kept(blanks: re.Match[str]) -> str:
    """Blanks that a browser would swallow; only the first of several may be an ordinary one."""
    length = len(blanks[0])
    return _NO_BREAK_SPACE * length if blanks.start() == 0 else " " + _NO_BREAK_SPACE * (length - 1)


# --------------------------------------------------------------------------- what text cannot show

_CAPS = Caps()
_PLAIN_TAGS = frozenset(("html", "body", "p", "div", "br", "span", "a", "wbr"))
_LINK_ATTRIBUTES = frozenset(("href", "target", "rel", "title"))
_LAYOUT_ATTRIBUTES = frozenset(("dir", "data-top-level", "class", "style", "lang"))
_LAYOUT_STYLE = re.compile(
    r"\s*(?:margin|padding|line-height|white-space|direction|word-|overflow-wrap)[a-z-]*\s*:.*",
    re.I,
)


def body_holds_more(body: Body, limit: int = COMMENTS_LIMIT) -> bool:
    """
    Whether *body* holds more than Comments of *limit* can show: formatting, pictures, tables, lists, links
    under other words, hidden parts, or simply more text.

    Paragraphs, breaks and addresses that are links come back as they were, so they are not more.
    """
    source = body.html or ""
    if "<" not in source:
        return utf16_length(source or body.text or "") > limit
    try:
        if len(source) > _CAPS.source:
            return True
        _reject_formatting(clean(source))
        return utf16_length(text_from_html(source, drop_history=False)) > limit
    except (_More, TooHostile, etree.LxmlError):
        return True


class _More(Exception):
    """Something of the body has no place in plain text."""


def _reject_formatting(source: str) -> None:
    parser = etree.HTMLParser(target=_Formatting(), huge_tree=True)
    parser.feed(source)
    parser.close()


class _Formatting:
    """The parser's target: raises ``_More`` at the first thing that plain text does not carry."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0
        self._target: str | None = None
        self._shown: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._elements > _CAPS.elements or self._depth > _CAPS.depth:
            raise _More
        if tag not in _PLAIN_TAGS or (attributes and not _is_layout(tag, attributes)):
            raise _More
        if tag == "a":
            self._target = target_of(attributes.get("href", ""))
            self._shown.clear()

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag != "a" or self._target is None:
            return
        shown = "".join(self._shown).strip()
        if not self._target or not says(shown, self._target):
            raise _More
        self._target = None

    def data(self, text: str) -> None:
        if self._target is not None:
            self._shown.append(text)

    def comment(self, text: str) -> None:
        """Nobody reads a comment."""

    def close(self) -> None:
        """The whole body has been read."""


def _is_layout(tag: str, attributes: Mapping[str, str]) -> bool:
    if is_hidden(attributes):
        return False
    if tag == "a":
        return _LINK_ATTRIBUTES.issuperset(attributes)
    if not _LAYOUT_ATTRIBUTES.issuperset(attributes) or (tag == "span" and "class" in attributes):
        return False
    return all(
        not rule.strip() or _LAYOUT_STYLE.fullmatch(rule) is not None
        for rule in attributes.get("style", "").split(";")
    )
