"""
HTML bodies as readable plain text: paragraphs, lists and links kept, what nobody wants to read dropped.

A body is anybody's: it is parsed as a stream, without a tree, under caps on size, depth, number of
elements and length of the result, so that a hostile one costs bounded time and memory
(docs/decisions/0008).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from tandem.mapping.quotes import Line, without_history
from tandem.mapping.text import clean

__all__ = ["Caps", "TooHostile", "text_from_html", "text_from_plain"]


class TooHostile(ValueError):
    """The body exceeds a cap; its plain preview has to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What a body may cost. Characters beyond *result* are not needed and not read."""

    source: int = 2_000_000
    depth: int = 1_000
    elements: int = 200_000
    result: int = 70_000


_CAPS = Caps()
_CHUNK = 65_536
_TAG = re.compile(r"<(?:[A-Za-z!/?])")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANKS = re.compile(r"[ \u00a0\u3000]+$")
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u2060\ufeff\u00ad\u034f")

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "template",
        "svg",
        "math",
        "object",
        "iframe",
        "applet",
        "audio",
        "video",
        "canvas",
        "select",
        "textarea",
        "map",
        "noembed",
        "noframes",
        "xml",
    ]
)
_PARAGRAPHS = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "pre",
        "form",
        "fieldset",
        "hr",
        "address",
        "figure",
    ]
)
_BLOCKS = _PARAGRAPHS | frozenset(
    [
        "div",
        "tr",
        "li",
        "dt",
        "dd",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "aside",
        "center",
        "caption",
        "tbody",
        "thead",
        "tfoot",
        "figcaption",
        "body",
        "html",
        "details",
        "summary",
        "legend",
    ]
)
_CELLS = frozenset({"td", "th"})
_BOLD_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra")
_GMAIL_ATTRIBUTION = "gmail_attr"
# Outlook marks where the older mail begins by an id; all that follows is history.
_OUTLOOK_IDS = frozenset(
    {
        "divRplyFwdMsg",
        "appendonsend",
        "OLK_SRC_BODY_SECTION",
        "mail-editor-reference-message-container",
    }
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)",
    re.I,
)
_FILE_NAME = re.compile(r"^\S+\.(?:png|jpe?g|gif|bmp|webp|svg|ico)$", re.I)
_LINKED = ("http://", "https://", "mailto:", "tel:", "ftp://")
_LONGEST_LINK = 2_000


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
    page = _Page(caps)
    parser = etree.HTMLParser(target=page, huge_tree=True)
    # A lone surrogate cannot be handed to the parser.
    text = clean(source)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except _Enough:
        pass
    except etree.LxmlError as error:
        raise TooHostile(str(error)) from None
    return _laid_out(page.finish(), drop_history)


def text_from_plain(source: str, *, drop_history: bool = True, caps: Caps = _CAPS) -> str:
    """A plain-text body with its line ends tidied and, with *drop_history*, without quoted mails."""
    text = clean(source[: caps.result]).translate(_INVISIBLE)
    return _laid_out([Line(line.rstrip()) for line in text.split("\n")], drop_history)


def _laid_out(lines: list[Line], drop_history: bool) -> str:
    kept = without_history(lines) if drop_history else [line.text for line in lines]
    out: list[str] = []
    for line in kept:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip("\n")


class _Enough(Exception):
    """As much text as anybody can use has been read."""


@dataclass(slots=True)
class _Link:
    target: str
    mark: int  # length of the page's text when the link began


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int = 0


class _Page:
    """The parser's target: takes the stream of tags and text and lays lines out."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._lines: list[Line] = []
        self._parts: list[str] = []
        self._written = 0
        self._elements = 0
        self._open: list[_Element] = []
        self._hidden = 0
        self._quoted = 0
        self._rest_is_history = False
        self._preformatted = 0
        self._lists: list[_List] = []
        self._indents = 0
        self._links: list[_Link] = []
        self._space = False
        self._blank_wanted = False
        self._prefix = ""
        self._cell_wanted = False

    # The four calls of lxml's target interface [lxml: The target parser interface].

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > self._caps.elements or len(self._open) > self._caps.depth:
            raise TooHostile("a body of too many or too deeply nested elements")
        element = _Element(tag)
        self._open.append(element)
        if self._hidden or tag in _SKIPPED or _is_hidden(attributes):
            element.hides = True
            self._hidden += 1
            return
        if attributes:
            self._note_quotes(element, tag, attributes)
        self._begin(tag, attributes)

    def end(self, tag: str) -> None:
        if not self._open:
            return
        element = self._open.pop()
        if element.hides:
            self._hidden -= 1
            return
        self._finish(tag)
        if element.quotes:
            self._break()
            self._quoted -= 1

    def data(self, text: str) -> None:
        if self._hidden:
            return
        if self._preformatted:
            first, *others = text.split("\n")
            self._write(first)
            for line in others:
                self._break(keep_empty=True)
                self._write(line)
            return
        text = _SPACES.sub(" ", text.translate(_INVISIBLE))
        if text.startswith(" "):
            self._space = True
            text = text[1:]
        trailing = text.endswith(" ")
        if text := text.rstrip(" "):
            self._write(text)
        self._space = self._space or trailing

    def comment(self, text: str) -> None:
        """Comments, Outlook's conditional ones too, are not for readers."""

    def close(self) -> None:
        """The whole body has been read."""

    def finish(self) -> list[Line]:
        self._break()
        return self._lines

    # What tags do.

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            self._break(keep_empty=True)
        elif tag in _CELLS:
            self._cell_wanted = bool(self._parts)
        elif tag == "a":
            self._links.append(_Link(_target_of(attributes.get("href", "")), len(self._parts)))
        elif tag == "img":
            self._image(attributes)
        elif tag in _BLOCKS:
            self._block(tag)
            if tag in ("ul", "ol"):
                self._lists.append(_List(tag == "ol"))
            elif tag == "li":
                self._item()
            elif tag == "blockquote":
                self._indents += 1
            elif tag == "pre":
                self._preformatted += 1
            elif tag == "hr":
                self._write("---")
                self._break()

    def _finish(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in ("ul", "ol") and self._lists:
            self._block(tag)
            self._lists.pop()
        elif tag == "blockquote" and self._indents:
            self._block(tag)
            self._indents -= 1
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
            self._block(tag)
        elif tag in _BLOCKS:
            self._block(tag)
        if tag in ("tr", "table"):
            self._cell_wanted = False

    def _block(self, tag: str) -> None:
        self._break()
        # A list inside a list follows its item closely.
        if tag in _PARAGRAPHS and not (tag in ("ul", "ol") and len(self._lists) > 1):
            self._blank_wanted = True

    def _item(self) -> None:
        inner = self._lists[-1] if self._lists else _List(False)
        inner.number += 1
        depth = max(len(self._lists) - 1, 0)
        sign = f"{inner.number}. " if inner.ordered else "- "
        self._prefix = "  " * min(depth, 20) + sign
        self._blank_wanted = self._blank_wanted and inner.number == 1 and depth == 0

    def _image(self, attributes: Mapping[str, str]) -> None:
        words = " ".join(attributes.get("alt", "").split())
        if not words or _FILE_NAME.match(words) or _is_pixel(attributes):
            return
        spoken = any(sign.isalnum() for sign in words)
        self._write(f"[{words[:200]}]" if spoken else words)

    def _end_link(self) -> None:
        if not self._links:
            return
        link = self._links.pop()
        shown = "".join(self._parts[link.mark :]).strip() if link.mark <= len(self._parts) else ""
        if not shown and self._lines and link.mark > len(self._parts):
            shown = self._lines[-1].text
        if link.target and shown and not _says(shown, link.target):
            self._space = True
            self._write(f"({link.target})")

    def _note_quotes(self, element: _Element, tag: str, attributes: Mapping[str, str]) -> None:
        names = attributes.get("class", "")
        if attributes.get("id", "") in _OUTLOOK_IDS:
            self._break()
            self._rest_is_history = True
        elif (
            _BOLD_QUOTES.search(names)
            or (tag == "blockquote" and attributes.get("type", "").lower() == "cite")
            or _GMAIL_ATTRIBUTION in names
        ):
            self._break()
            element.quotes = True
            self._quoted += 1

    # How lines come about.

    def _write(self, text: str) -> None:
        if not text:
            return
        parts = self._parts
        if self._cell_wanted and parts:
            parts.append(" | ")
            self._space = False
        self._cell_wanted = False
        if self._space and parts and parts[-1] != " | ":
            parts.append(" ")
        self._space = False
        if not parts and self._prefix:
            parts.append(self._prefix)
            self._prefix = ""
        parts.append(text)
        self._written += len(text)
        if self._written > self._caps.result:
            self._break()
            raise _Enough

    def _break(self, *, keep_empty: bool = False) -> None:
        """End the present line; an empty one counts only where the body asks for it."""
        parts = self._parts
        self._space = False
        self._cell_wanted = False
        if parts:
            text = _BLANKS.sub("", "".join(parts))
            if self._blank_wanted:
                self._blank_wanted = False
                self._append("")
            self._append(text)
            parts.clear()
            for link in self._links:
                link.mark = 0
        elif keep_empty:
            self._append("")

    def _append(self, text: str) -> None:
        quoted = self._rest_is_history or self._quoted > 0
        if self._indents and not quoted and text:
            text = "> " * min(self._indents, 20) + text
        self._lines.append(Line(text, quoted))


@dataclass(slots=True)
class _Element:
    tag: str
    hides: bool = field(default=False)
    quotes: bool = field(default=False)


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    if not attributes:
        return False
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return style is not None and _HIDDEN.search(style) is not None


def _is_pixel(attributes: Mapping[str, str]) -> bool:
    return any(attributes.get(name, "").strip() in ("0", "1", "2") for name in ("width", "height"))


def _target_of(address: str) -> str:
    """Where a link leads, if that means anything outside the mail."""
    address = address.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    if not address.lower().startswith(_LINKED) or len(address) > _LONGEST_LINK:
        return ""
    address = "".join(address.split())
    if "safelinks.protection.outlook.com" in address:
        return _behind_safelink(address)
    return address.removeprefix("mailto:").removeprefix("tel:")


def _behind_safelink(address: str) -> str:
    """The address that Outlook's link protection stands in front of."""
    try:
        named = parse_qs(urlsplit(address).query).get("url")
    except ValueError:
        return address
    return named[0] if named else address


def _says(shown: str, target: str) -> bool:
    """Whether the text of a link already is its target."""

    def bare(text: str) -> str:
        text = text.strip().lower().removeprefix("mailto:")
        text = re.sub(r"^[a-z]+://", "", text).removeprefix("www.")
        return text.rstrip("/").replace("-", "").replace(" ", "")

    return bare(shown) == bare(target)
