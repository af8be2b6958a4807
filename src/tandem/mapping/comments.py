"""What a task's Comments say about an activity: its text, and the facts that have no field of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tandem.mapping.key_mark import without_key
from tandem.mapping.normal_form import COMMENTS_LIMIT
from tandem.mapping.readable import TooHostile, text_from_html, text_from_plain
from tandem.mapping.text import clean, cut, one_line, utf16_length
from tandem.model import Activity, Call, Kind, Remark
from tandem.sync.policy import Language

__all__ = ["CATALOGUE", "Words", "comments_from"]

_QUOTING = frozenset(
    {
        Kind.SALES_EMAIL,
        Kind.SALES_EMAIL_OPENED,
        Kind.SALES_EMAIL_CLICKED,
        Kind.MARKETING_EMAIL_SENT,
        Kind.MESSAGE,
    }
)
"""Kinds whose bodies are mails, with earlier mails quoted in them; a note's quotation is its own text."""

# An opened or clicked e-mail's task says that it was opened; the e-mail's own task holds its text.
_WITHOUT_BODY = frozenset({Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED})
_MOST_NAMES = 20
_LONGEST_VALUE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What Tandem says in Comments, in one language; braces are gaps."""

    remarks: Mapping[Remark, str]
    attachments: str
    one_attachment: str
    named: str
    more: str
    page: str
    link: str
    shortened: str
    original: str
    unreadable: str
    call: str
    directions: Mapping[str, str]
    duration: str
    between: str
    listing: str


_ENGLISH = Words(
    remarks={
        Remark.BOUNCED: "This e-mail bounced: it was not delivered.",
        Remark.CANCELED: "This meeting was canceled.",
        Remark.NO_SHOW: "The other side did not show up for this meeting.",
    },
    attachments="{count} attachments in HubSpot",
    one_attachment="1 attachment in HubSpot",
    named=": {names}",
    more="and {count} more",
    page="Page: {url}",
    link="Link: {url}",
    shortened="(shortened)",
    original="(shortened; the whole text: {url})",
    unreadable="(the body could not be turned into text)",
    call="Call: {facts}",
    directions={"inbound": "inbound", "outbound": "outbound"},
    duration="{minutes} min {seconds} s",
    between=": ",
    listing=", ",
)

_JAPANESE = Words(
    remarks={
        Remark.BOUNCED: "このEメールは配信できませんでした(バウンス)。",
        Remark.CANCELED: "このミーティングはキャンセルされました。",
        Remark.NO_SHOW: "このミーティングに相手は現れませんでした。",
    },
    attachments="HubSpotに添付ファイル{count}件",
    one_attachment="HubSpotに添付ファイル1件",
    named=":{names}",
    more="他{count}件",
    page="ページ:{url}",
    link="リンク:{url}",
    shortened="(以下省略)",
    original="(以下省略。全文:{url})",
    unreadable="(本文をテキストに変換できませんでした)",
    call="コール:{facts}",
    directions={"inbound": "着信", "outbound": "発信"},
    duration="{minutes}分{seconds}秒",
    between=":",
    listing="、",
)

CATALOGUE = {Language.ENGLISH: _ENGLISH, Language.JAPANESE: _JAPANESE}


def comments_from(
    activity: Activity,
    *,
    language: Language,
    attachment_names: Sequence[str] = (),
    url: str | None = None,
    limit: int = COMMENTS_LIMIT,
    with_call: bool = False,
) -> str:
    """
    The Comments of *activity*'s task within *limit* UTF-16 units; empty where there is nothing to say.

    Remarks stand first, then the text, then a form's page and what is attached. Only the text is shortened,
    with a link to the original (*url*). *with_call* adds a call's facts, for orgs without the fields for them.
    """
    words = CATALOGUE[language]
    head = _head(activity, words, with_call=with_call)
    foot = _foot(activity, words, attachment_names)
    around = sum(utf16_length(part) + 2 for part in (*head, *foot))
    text = _text(activity, words)
    if text:
        text = _within(text, max(limit - around, 0), words, url)
    return cut("\n\n".join(part for part in (*head, text, *foot) if part), limit)


def _head(activity: Activity, words: Words, *, with_call: bool) -> list[str]:
    parts = [words.remarks[remark] for remark in activity.remarks]
    if with_call and activity.call is not None:
        parts.extend(_call_facts(activity.call, words))
    return parts


def _call_facts(call: Call, words: Words) -> list[str]:
    facts = [words.directions.get(call.direction, call.direction)] if call.direction else []
    if call.duration_seconds is not None:
        minutes, seconds = divmod(call.duration_seconds, 60)
        facts.append(words.duration.format(minutes=minutes, seconds=seconds))
    if call.result:
        facts.append(call.result)
    return [words.call.format(facts=words.listing.join(facts))] if facts else []


def _foot(activity: Activity, words: Words, names: Sequence[str]) -> list[str]:
    parts = []
    if activity.page_url:
        pattern = words.page if activity.kind is Kind.FORM_SUBMISSION else words.link
        parts.append(pattern.format(url=cut(one_line(activity.page_url), 2_000)))
    count = len(activity.attachment_ids)
    if count:
        text = words.one_attachment if count == 1 else words.attachments.format(count=count)
        listed = [cut(one_line(name), 200) for name in names[:_MOST_NAMES] if name.strip()]
        if listed and count > len(listed):
            listed.append(words.more.format(count=count - len(listed)))
        parts.append(
            text + (words.named.format(names=words.listing.join(listed)) if listed else "")
        )
    return parts


def _text(activity: Activity, words: Words) -> str:
    if activity.form_values:
        return "\n".join(
            f"{one_line(name)}{words.between}{cut(clean(value).strip(), _LONGEST_VALUE)}"
            for name, value in activity.form_values
        )
    if activity.kind in _WITHOUT_BODY:
        return ""
    body = activity.body
    quoting = activity.kind in _QUOTING
    if body.html:
        try:
            text = text_from_html(body.html, drop_history=quoting)
        except TooHostile:
            preview = text_from_plain(body.preview or body.text or "", drop_history=quoting)
            return "\n\n".join(part for part in (preview, words.unreadable) if part)
        if text:
            return without_key(text)
    return text_from_plain(body.text or body.preview or "", drop_history=quoting)


def _within(text: str, room: int, words: Words, url: str | None) -> str:
    if len(text) * 2 <= room or utf16_length(text) <= room:
        return text
    note = words.original.format(url=url) if url else words.shortened
    shortened = cut(text, max(room - utf16_length(note) - 1, 0))
    return f"{shortened}\n{note}" if shortened else ""
