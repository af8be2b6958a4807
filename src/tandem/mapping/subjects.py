"""
What tasks are called. People build reports on these words: they change only when a tenant asks.

One catalogue per language; SPEC section 5 gives the words of opens and form submissions, the rest
follows from them.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.errors import SettingsError
from tandem.mapping.normal_form import SUBJECT_LIMIT
from tandem.mapping.text import cut, one_line, utf16_length
from tandem.model import Activity, Body, Kind
from tandem.sync.policy import Language

__all__ = ["TEMPLATE_VARIABLES", "check_template", "first_line", "opening_words", "subject_of"]

TEMPLATE_VARIABLES = ("subject", "title", "first_line", "state", "count", "kind")
"""What a subject template may name; ``subject`` is what the catalogue would say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """*pattern* with ``{}`` for the title; *untitled* stands where there is none."""

    pattern: str
    untitled: str
    name: str


def _words(pattern: str, untitled: str, name: str) -> _Words:
    return _Words(pattern=pattern, untitled=untitled, name=name)


_ENGLISH: Mapping[Kind, _Words] = {
    Kind.FORM_SUBMISSION: _words("Submitted: {}", "(unnamed form)", "Form submission"),
    Kind.MARKETING_EMAIL_SENT: _words("{}", "(no subject)", "Marketing email sent"),
    Kind.MARKETING_EMAIL_OPENED: _words("Opened: {}", "(no subject)", "Marketing email opened"),
    Kind.MARKETING_EMAIL_CLICKED: _words("Clicked: {}", "(no subject)", "Marketing email clicked"),
    Kind.INTEGRATION_EVENT: _words("{}", "Event", "Integration event"),
    Kind.SALES_EMAIL: _words("{}", "(no subject)", "Sales email"),
    Kind.SALES_EMAIL_OPENED: _words("Opened: {}", "(no subject)", "Sales email opened"),
    Kind.SALES_EMAIL_CLICKED: _words("Clicked: {}", "(no subject)", "Sales email clicked"),
    Kind.CALL: _words("{}", "Call", "Call"),
    Kind.MEETING: _words("{}", "Meeting", "Meeting"),
    Kind.NOTE: _words("Note: {}", "", "Note"),
    Kind.TASK: _words("{}", "Task", "Task"),
    Kind.MESSAGE: _words("{}", "", "Message"),
    Kind.POSTAL_MAIL: _words("Postal mail: {}", "", "Postal mail"),
}

_JAPANESE: Mapping[Kind, _Words] = {
    Kind.FORM_SUBMISSION: _words("送信済み:{}", "(名称未設定のフォーム)", "フォーム送信"),
    Kind.MARKETING_EMAIL_SENT: _words("{}", "(件名なし)", "マーケティングEメールの送信"),
    Kind.MARKETING_EMAIL_OPENED: _words("開封済み:{}", "(件名なし)", "マーケティングEメールの開封"),
    Kind.MARKETING_EMAIL_CLICKED: _words(
        "クリック済み:{}", "(件名なし)", "マーケティングEメールのクリック"
    ),
    Kind.INTEGRATION_EVENT: _words("{}", "イベント", "連携イベント"),
    Kind.SALES_EMAIL: _words("{}", "(件名なし)", "セールスEメール"),
    Kind.SALES_EMAIL_OPENED: _words("開封済み:{}", "(件名なし)", "セールスEメールの開封"),
    Kind.SALES_EMAIL_CLICKED: _words("クリック済み:{}", "(件名なし)", "セールスEメールのクリック"),
    Kind.CALL: _words("{}", "コール", "コール"),
    Kind.MEETING: _words("{}", "ミーティング", "ミーティング"),
    Kind.NOTE: _words("メモ:{}", "", "メモ"),
    Kind.TASK: _words("{}", "タスク", "タスク"),
    Kind.MESSAGE: _words("{}", "", "メッセージ"),
    Kind.POSTAL_MAIL: _words("郵便:{}", "", "郵便"),
}

_CATALOGUE = {Language.ENGLISH: _ENGLISH, Language.JAPANESE: _JAPANESE}

_STATES: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: {
        "REGISTERED": "Registered",
        "ATTENDED": "Attended",
        "CANCELLED": "Canceled",
        "NO_SHOW": "No show",
        "EMPTY": "",
    },
    Language.JAPANESE: {
        "REGISTERED": "登録済み",
        "ATTENDED": "参加済み",
        "CANCELLED": "キャンセル済み",
        "NO_SHOW": "欠席",
        "EMPTY": "",
    },
}
_BETWEEN = {Language.ENGLISH: ": ", Language.JAPANESE: ":"}

_COLONS = ": \N{FULLWIDTH COLON}"

_TITLED_BY_BODY = frozenset({Kind.NOTE, Kind.POSTAL_MAIL})

# Only the beginning of a body is looked at for its first line.
_HEAD = 4_000
_INVISIBLE = re.compile(
    r"<(style|script|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I
)
_BREAK = re.compile(
    r"<(?:br|/?(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|hr|pre))\b[^<>]*>", re.I
)
_TAG = re.compile(r"<[^<>]*>|<[^<>]*\Z")
_TAG_START = re.compile(r"<[A-Za-z/!]")


def subject_of(activity: Activity, language: Language, template: str | None = None) -> str:
    """
    The task's subject: by the catalogue, or by a kind's own *template*; at most 255 UTF-16 units.

    A count of several opens (``×3``) survives the shortening of a long title.
    """
    if template is None:
        return _by_catalogue(activity, language)
    values = {
        "subject": _by_catalogue(activity, language),
        "title": one_line(activity.title),
        "first_line": first_line(activity.body),
        "state": _state(activity, language),
        "count": str(activity.count),
        "kind": _CATALOGUE[language][activity.kind].name,
    }
    text = one_line(string.Formatter().vformat(template, (), values))
    return cut(text, SUBJECT_LIMIT) or values["subject"]


def opening_words(kind: Kind, language: Language, template: str | None = None) -> str:
    """
    What every subject of the kind begins with, without the colon: "Opened"; empty where they differ from the start.
    """
    pattern = _CATALOGUE[language][kind].pattern
    if template is not None:
        literal, name = next((part[:2] for part in string.Formatter().parse(template)), ("", None))
        pattern = pattern if name == "subject" and not literal else literal
    return pattern.partition("{")[0].rstrip(_COLONS)


def check_template(text: str) -> None:
    """Raise ``SettingsError`` unless *text* is a subject template Tandem can fill."""
    known = ", ".join(f"{{{name}}}" for name in TEMPLATE_VARIABLES)
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise SettingsError(
            f"The subject template {text!r} is not well formed ({error}); write {{{{ for a brace."
        ) from None
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in TEMPLATE_VARIABLES:
            raise SettingsError(
                f"The subject template {text!r} names {{{name}}}; it may name {known}."
            )
        if form or conversion:
            raise SettingsError(
                f"The subject template {text!r} formats {{{name}}}; write {{{name}}} alone."
            )
    if not text.strip():
        raise SettingsError("The subject template is empty; leave it out for the usual subject.")


def first_line(body: Body) -> str:
    """The first line of a body that says something, from a look at its beginning only."""
    source = body.html or body.text or body.preview or ""
    head = source[:_HEAD]
    if body.html and _TAG_START.search(head):
        head = _TAG.sub("", _BREAK.sub("\n", _INVISIBLE.sub("", head.replace("\n", " "))))
    if body.html:
        head = html.unescape(head)
    for line in head.splitlines():
        text = one_line(line)
        if text:
            return text
    return ""


def _by_catalogue(activity: Activity, language: Language) -> str:
    words = _CATALOGUE[language][activity.kind]
    title = one_line(activity.title)
    if activity.kind is Kind.MESSAGE:
        # The title is the channel's name, which is a brand in every language.
        line = first_line(activity.body)
        title = (title or words.name) + (_BETWEEN[language] + line if line else "")
    if not title and activity.kind in _TITLED_BY_BODY:
        title = first_line(activity.body)
        if not title:
            return words.name
    text = words.pattern.replace("{}", title or words.untitled, 1)
    ending = _ending(activity, language)
    if not ending:
        return cut(text, SUBJECT_LIMIT)
    return cut(text, SUBJECT_LIMIT - utf16_length(ending)) + ending


def _ending(activity: Activity, language: Language) -> str:
    if activity.kind is Kind.INTEGRATION_EVENT:
        state = _state(activity, language)
        return _BETWEEN[language] + cut(state, 100) if state else ""
    return f" ×{activity.count}" if activity.count > 1 else ""


def _state(activity: Activity, language: Language) -> str:
    """The attendance state in words; one HubSpot adds later is shown as it is."""
    return _STATES[language].get(activity.state, one_line(activity.state))
