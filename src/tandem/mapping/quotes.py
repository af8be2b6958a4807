"""
What a mail quotes of earlier mails, in the styles of Gmail, Outlook, Apple Mail and Japanese clients.

Markup tells most of it (``readable`` marks those lines as quoted); the rest is recognised by its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Line", "without_history"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body, and whether markup said that it quotes an earlier mail."""

    text: str
    quoted: bool = False


_MARKED = re.compile(r"^\s*>")
_SEPARATOR = re.compile(
    r"^\s*-{2,}\s*(?:Original Message|Original Appointment|Reply Message|元のメッセージ|元のメール|オリジナルメッセージ"
    r"|Ursprüngliche Nachricht|Message d'origine)\s*-{2,}\s*$",
    re.I,
)
_FORWARDED = re.compile(
    r"^\s*(?:-{2,}\s*(?:Forwarded message|Forwarded by .{1,80}|転送されたメッセージ|転送メッセージ|転送メール)\s*-{2,}"
    r"|Begin forwarded message:|転送されたメッセージ:)\s*$",
    re.I,
)
_YEAR = r"(?:\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?)"
_ATTRIBUTION = re.compile(
    r"^\s*(?:"
    r"On\s.{6,300}\bwrote:"
    r"|" + _YEAR + r".{0,300}(?:のメッセージ|のメール|wrote|さんは書きました|様)?\s*[::]"
    r"|.{1,200}さんは、?" + _YEAR + r".{0,80}書きました\s*[::]?"
    r"|Am\s.{6,300}\bschrieb.{0,200}:"
    r"|Le\s.{6,300}\ba écrit\s?:"
    r")\s*$"
)
_BEGINS_ATTRIBUTION = re.compile(r"^\s*(?:On\s.{6,200}|" + _YEAR + r".{1,200})$")
_FIRST_HEADER = re.compile(r"^\W{0,3}(?:From|差出人|送信者|送信元|Von|De)\W{0,3}\s*[::]\s*\S", re.I)
_OTHER_HEADER = re.compile(
    r"^\W{0,3}(?:Sent|Date|To|Cc|Subject|送信日時|日時|日付|宛先|件名|Gesendet|An|Betreff|Envoyé|À|Objet)\W{0,3}\s*[::]",
    re.I,
)
_HEADERS_LOOKED_AT = 8
# What any of the patterns above needs; most mails have nothing of it.
_SUSPECT_WORDS = ("wrote:", "schrieb", "a écrit", "書きました")
_SUSPECT_START = re.compile(r"[ \t]*(?:>|-{2})|\W{0,3}(?:From|差出人|送信|Von|De)\W", re.I)
_COLONS = (":", ":")
_RULE = re.compile(r"^\s*(?:[_-]{3,}|—{3,})\s*$")


def without_history(lines: Sequence[Line]) -> list[str]:
    """
    The lines a mail adds itself; all of them if there would be none.

    A forwarded mail is no history: it is what the sender wants read.
    """
    texts = [line.text for line in lines]
    if not any(line.quoted for line in lines) and not _is_suspect(texts):
        return texts
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.quoted or _MARKED.match(line.text):
            end = _quote_end(lines, at)
            if _is_forwarded(lines, at, end):
                kept.extend(one.text for one in lines[at:end])
            at = end
            continue
        if _FORWARDED.match(line.text):
            kept.extend(one.text for one in lines[at:])
            break
        attribution = _attribution_end(lines, at)
        if attribution:
            following = _next_with_text(lines, attribution)
            if following < len(lines) and _is_quote(lines[following]):
                at = following
                continue
            break
        if _SEPARATOR.match(line.text) or _begins_headers(lines, at):
            break
        kept.append(line.text)
        at += 1
    _drop_rules(kept)
    return kept if any(text.strip() for text in kept) else texts


def _is_suspect(texts: Sequence[str]) -> bool:
    """Whether there may be history at all; looks at the ends of lines, since whole bodies are long."""
    whole = "\n".join(texts).lower()
    if any(word in whole for word in _SUSPECT_WORDS):
        return True
    return any(_SUSPECT_START.match(text) or text.rstrip(" \t").endswith(_COLONS) for text in texts)


def _is_quote(line: Line) -> bool:
    return line.quoted or _MARKED.match(line.text) is not None


def _quote_end(lines: Sequence[Line], start: int) -> int:
    """Where a run of quoted lines ends; blank lines inside belong to it."""
    end = start
    for at in range(start, len(lines)):
        if _is_quote(lines[at]):
            end = at + 1
        elif lines[at].text.strip():
            break
    return end


def _is_forwarded(lines: Sequence[Line], start: int, end: int) -> bool:
    first = _next_with_text(lines, start)
    return first < end and lines[first].quoted and _FORWARDED.match(lines[first].text) is not None


def _next_with_text(lines: Sequence[Line], start: int) -> int:
    while start < len(lines) and not lines[start].text.strip():
        start += 1
    return start


def _attribution_end(lines: Sequence[Line], at: int) -> int:
    """The index after "On … wrote:", which clients wrap over two lines; 0 where there is none."""
    text = lines[at].text
    if _ATTRIBUTION.match(text):
        return at + 1
    if at + 1 < len(lines) and _BEGINS_ATTRIBUTION.match(text) and not lines[at + 1].quoted:
        joined = f"{text.rstrip()} {lines[at + 1].text.strip()}"
        if lines[at + 1].text.rstrip().endswith((":", ":")) and _ATTRIBUTION.match(joined):
            return at + 2
    return 0


def _begins_headers(lines: Sequence[Line], at: int) -> bool:
    """Whether Outlook's block of From, Sent, To and Subject begins here."""
    if not _FIRST_HEADER.match(lines[at].text):
        return False
    near = lines[at + 1 : at + 1 + _HEADERS_LOOKED_AT]
    return sum(1 for line in near if _OTHER_HEADER.match(line.text)) >= 2


def _drop_rules(kept: list[str]) -> None:
    """The rule that stood between a mail and its history separates nothing any more."""
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
