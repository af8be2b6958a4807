"""What attributes of a body's elements mean to a reader: hidden, tight, a pixel, where a link leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

__all__ = [
    "begins_history",
    "image_words",
    "is_hidden",
    "is_quote",
    "is_tight",
    "says",
    "target_of",
]

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?\s*(?:;|!|$)", re.I
)
_FLAT = re.compile(r"max-height\s*:\s*0(?:px)?\s*(?:;|!|$)", re.I)
_NO_MARGIN = re.compile(r"margin(?:-bottom)?\s*:\s*0(?:px|pt|mm|cm|em|in)?\s*(?:;|!|$)", re.I)
_FILE_NAME = re.compile(r"^\S+\.(?:png|jpe?g|gif|bmp|webp|svg|ico)$", re.I)
_LINKED = ("http://", "https://", "mailto:", "tel:", "ftp://")
_LONGEST_LINK = 2_000
_SCHEME = re.compile(r"^(?:[a-z]+://|mailto:|tel:)")
_QUOTES = re.compile(
    r"gmail_quote|gmail_attr|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra"
)
# Outlook marks where the older mail begins by an id; all that follows is history.
_OUTLOOK_IDS = frozenset(
    {
        "divRplyFwdMsg",
        "appendonsend",
        "OLK_SRC_BODY_SECTION",
        "mail-editor-reference-message-container",
    }
)
_LONGEST_ALT = 200


def is_hidden(attributes: Mapping[str, str]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if not style:
        return False
    # Preheaders are flattened as well as hidden; a mere font size of 0 is a layout trick of visible text.
    return _HIDDEN.search(style) is not None or (
        "overflow" in style and _FLAT.search(style) is not None
    )


def is_tight(attributes: Mapping[str, str]) -> bool:
    """Whether a paragraph says that nothing stands between it and the next: Word's, and HubSpot's own editor's."""
    if attributes.get("class", "").startswith("Mso"):
        return True
    return _NO_MARGIN.search(attributes.get("style", "")) is not None


def _is_pixel(attributes: Mapping[str, str]) -> bool:
    return any(attributes.get(name, "").strip() in ("0", "1", "2") for name in ("width", "height"))


def target_of(address: str) -> str:
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


def says(shown: str, target: str) -> bool:
    """Whether the text of a link already is its target."""
    if shown == target:
        return True
    # Only an address, a host or a number can be a target, and each of them has one of these.
    if not any(sign in shown for sign in ".@+0"):
        return False
    return _bare(shown) == _bare(target)


def _bare(text: str) -> str:
    text = _SCHEME.sub("", text.strip().lower()).removeprefix("www.")
    return text.rstrip("/").replace("-", "").replace(" ", "")


def image_words(attributes: Mapping[str, str]) -> str:
    """What a picture says: its alternative text in brackets, an emoji as it is, nothing for pixels and file names."""
    words = " ".join(attributes.get("alt", "").split())
    if not words or _FILE_NAME.match(words) or _is_pixel(attributes):
        return ""
    spoken = any(sign.isalnum() for sign in words)
    return f"[{words[:_LONGEST_ALT]}]" if spoken else words


def begins_history(attributes: Mapping[str, str]) -> bool:
    """Whether all that follows is an earlier mail (Outlook's and Spark's marks)."""
    return (
        attributes.get("id", "") in _OUTLOOK_IDS or attributes.get("name") == "messageReplySection"
    )


def is_quote(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether the element quotes an earlier mail, or says whose it was."""
    if _QUOTES.search(attributes.get("class", "")):
        return True
    return tag == "blockquote" and attributes.get("type", "").lower() == "cite"
