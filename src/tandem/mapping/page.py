"""
Laying out a body: the stream of tags and text that a parser gives, as lines of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.mapping.markup import (
    begins_history,
    image_words,
    is_hidden,
    is_quote,
    is_tight,
    says,
    target_of,
)
from tandem.mapping.quotes import Line
from tandem.mapping.text import without

__all__ = ["INVISIBLE", "Caps", "Enough", "Page", "TooHostile"]


class TooHostile(ValueError):
    """The body exceeds a cap; its plain preview has to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What a body may cost. Characters beyond *result* are not needed and not read."""

    source: int = 2_000_000
    depth: int = 1_000
    elements: int = 50_000
    result: int = 70_000


_SPACES = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_INNER_SPACES = re.compile(r"(?<=\S) {2,}")
INVISIBLE = "\u200b\u200c\u2060\ufeff\u00ad\u034f"


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED = _tags(
    "script style head title template svg math object iframe applet audio video canvas select "
    "textarea map noembed noframes xml"
)
_PARAGRAPHS = _tags(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre form fieldset hr address figure"
)
_BLOCKS = _PARAGRAPHS | _tags(
    "div li dt dd section article header footer main nav aside center caption figcaption details "
    "summary legend"
)
_ACTIVE = _BLOCKS | {"br", "a", "img", "tr", "td", "th"}
_DEEPEST_INDENT = 20


class Enough(Exception):
    """As much text as anybody can use has been read."""


@dataclass(slots=True)
class _Link:
    target: str
    part: int  # parts of the present line, and characters of the page, when the link began
    written: int
    elements: int = -1


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int = 0
    begun: bool = False  # some item has text


@dataclass(slots=True)
class _Row:
    first_line: int
    joined: bool = False  # several cells stand on one line: a row of facts, not of layout


_SHOWN, _HIDING, _QUOTING, _LINKING, _TIGHT = range(5)


class Page:
    """
    The parser's target: takes the stream of tags and text and lays lines out.

    A line ends only when the next text comes: a table's next cell may still join it.
    """

    def __init__(self, caps: Caps) -> None:
        self.reset(caps)

    def reset(self, caps: Caps) -> None:
        """Begin a new body."""
        self._caps = caps
        self._lines: list[Line] = []
        self._parts: list[str] = []
        self._blank_before = False
        self._written = 0
        self._elements = 0
        self._open: list[int] = []
        self._hidden = 0
        self._quoted = 0
        self._rest_is_history = False
        self._preformatted = 0
        self._lists: list[_List] = []
        self._indent = 0
        self._links: list[_Link] = []
        self._empty_link = ""
        self._rows: list[_Row] = []
        self._space = False
        self._line_ends = False
        self._blank_wanted = False
        self._no_blank = False
        self._cell_begins = False
        self._prefix = ""

    # The calls of lxml's parser target interface [lxml: parsing].

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > self._caps.elements or len(self._open) >= self._caps.depth:
            raise TooHostile("a body of too many or too deeply nested elements")
        if self._hidden or tag in _SKIPPED or (attributes and is_hidden(attributes)):
            self._open.append(_HIDING)
            self._hidden += 1
            return
        self._open.append(_SHOWN)
        if self._empty_link:
            self._take_up_link(tag)
        if attributes and tag != "a":
            self._note_quotes(tag, attributes)
        if tag == "p" and attributes and is_tight(attributes):
            self._open[-1] = _TIGHT
            tag = "div"
        if tag in _ACTIVE:
            self._begin(tag, attributes)

    def end(self, tag: str) -> None:
        if not self._open:
            return
        role = self._open.pop()
        if role == _HIDING:
            self._hidden -= 1
            return
        if tag in _ACTIVE:
            self._finish("div" if role == _TIGHT else tag)
        if role == _QUOTING:
            self._end_line()
            self._quoted -= 1
        elif role == _LINKING:
            self._end_link()

    def data(self, text: str) -> None:
        if self._hidden:
            return
        if self._preformatted:
            first, *others = _EMPTY_LINES.sub("\n\n", text).split("\n")
            self._write(first)
            for line in others:
                self._end_line(keep_empty=True)
                self._write(line)
            return
        text = without(text, INVISIBLE)
        if "  " in text or not text.isprintable():
            text = _SPACES.sub(" ", text)
        if text[:1] == " ":
            self._space = True
        inner = text.strip(" ")
        if inner:
            self._empty_link = ""
            self._write(inner)
            self._space = text[-1] == " "

    def comment(self, text: str) -> None:
        """Comments, Outlook's conditional ones too, are not for readers."""

    def close(self) -> None:
        """The whole body has been read."""

    def finish(self) -> list[Line]:
        """The lines of the whole body."""
        self._end_line()
        return self._lines

    # What tags do.

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            if self._line_ends:
                self._end_line()
            self._end_line(keep_empty=True)
        elif tag == "a":
            target = target_of(attributes.get("href", ""))
            self._links.append(_Link(target, len(self._parts), self._written, self._elements))
        elif tag in ("td", "th"):
            self._begin_cell()
        elif tag == "tr":
            self._end_line()
            self._rows.append(_Row(len(self._lines)))
        elif tag == "img":
            self._image(attributes)
        else:
            self._begin_block(tag)

    def _begin_block(self, tag: str) -> None:
        self._block(tag)
        if tag in ("ul", "ol"):
            self._lists.append(_List(tag == "ol"))
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self._end_line()
            self._indent += 1
        elif tag == "pre":
            self._end_line()
            self._preformatted += 1
        elif tag == "hr":
            self._write("---")
            self._line_ends = True

    def _finish(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag == "tr":
            self._line_ends, self._cell_begins = True, False
            if self._rows and self._rows.pop().joined:
                self._blank_wanted = False
                self._no_blank = True
        elif tag == "blockquote" and self._indent:
            self._end_line()
            self._indent -= 1
            self._blank_wanted = True
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
            self._block(tag)
        elif tag in _BLOCKS:
            if tag == "table":
                self._no_blank = False
            self._block(tag)
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def _block(self, tag: str) -> None:
        if self._cell_begins:
            return
        self._line_ends = True
        self._space = False
        is_inner_list = tag in ("ul", "ol") and len(self._lists) > 1
        if tag in _PARAGRAPHS and not is_inner_list and not self._no_blank:
            self._blank_wanted = True

    def _item(self) -> None:
        if not self._lists:
            self._lists.append(_List(False))
        inner = self._lists[-1]
        inner.number += 1
        depth = len(self._lists) - 1
        self._blank_wanted = self._blank_wanted and not inner.begun and depth == 0
        # An item's first paragraph stands beside its sign.
        self._no_blank = True
        sign = f"{inner.number}. " if inner.ordered else "- "
        self._prefix = "  " * min(depth, _DEEPEST_INDENT) + sign

    def _begin_cell(self) -> None:
        """The next cell of a row joins the line as long as the row is one line."""
        if self._parts and self._rows and len(self._lines) == self._rows[-1].first_line:
            self._rows[-1].joined = True
            self._line_ends = False
            self._blank_wanted = False
            self._cell_begins = True

    def _image(self, attributes: Mapping[str, str]) -> None:
        words = image_words(attributes)
        self._space = self._space or words.startswith("[")
        self._write(words)
        self._space = self._space or words.startswith("[")

    def _end_link(self) -> None:
        if not self._links:
            return
        link = self._links.pop()
        if not link.target:
            return
        if self._written == link.written:
            if self._elements == link.elements:
                self._empty_link = link.target
            return
        shown = "".join(self._parts[link.part :]).strip()
        if says(shown, link.target):
            return
        # After whole paragraphs the target stands on their last line.
        line_ends, self._line_ends, self._cell_begins = self._line_ends, False, False
        self._space = True
        if self._parts:
            self._write(f"({link.target})")
        else:
            last = self._lines[-1]
            self._lines[-1] = Line(f"{last.text} ({link.target})", last.quoted)
        self._line_ends = line_ends

    def _take_up_link(self, tag: str) -> None:
        """The parser ends a link before a table inside it; the table is what was linked."""
        if tag == "table":
            self._links.append(_Link(self._empty_link, len(self._parts), self._written))
            self._open[-1] = _LINKING
        self._empty_link = ""

    def _note_quotes(self, tag: str, attributes: Mapping[str, str]) -> None:
        if begins_history(attributes):
            self._end_line()
            self._rest_is_history = True
        elif is_quote(tag, attributes):
            self._end_line()
            self._open[-1] = _QUOTING
            self._quoted += 1

    # How lines come about.

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._line_ends:
            self._end_line()
        parts = self._parts
        if self._cell_begins:
            self._cell_begins = False
            if parts:
                parts.append(" | ")
        elif self._space and parts:
            parts.append(" ")
        self._space = False
        if not parts:
            self._blank_before, self._blank_wanted = self._blank_wanted, False
            self._no_blank = False
            if self._prefix:
                parts.append(self._prefix)
                self._prefix = ""
                if self._lists:
                    self._lists[-1].begun = True
        parts.append(text)
        self._written += len(text)
        if self._written > self._caps.result:
            raise Enough

    def _end_line(self, *, keep_empty: bool = False) -> None:
        """End the present line; an empty one counts only where the body asks for it."""
        self._line_ends = self._space = self._cell_begins = False
        parts = self._parts
        if parts:
            text = "".join(parts).replace("\u00a0", " ").rstrip(" \u3000")
            if "  " in text and not self._preformatted:
                text = _INNER_SPACES.sub(" ", text)
            parts.clear()
            if self._blank_before:
                self._append("")
                self._blank_before = False
            self._append(text)
            for link in self._links:
                link.part = 0
        elif keep_empty:
            self._append("")

    def _append(self, text: str) -> None:
        quoted = self._rest_is_history or self._quoted > 0
        if not text and self._lines and not self._lines[-1].text:
            return
        if self._indent and not quoted and text:
            sign = "> " * min(self._indent, _DEEPEST_INDENT)
            self._written += len(sign)
            text = sign + text
        self._lines.append(Line(text, quoted))
