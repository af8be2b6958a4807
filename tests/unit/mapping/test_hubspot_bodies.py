"""Comments as the body of a HubSpot task, and back."""

from __future__ import annotations

import pytest
from two_accounts import (
    a_context,
    as_it_was,
)

from tandem.mapping.hubspot_body import body_holds_more, fits_in_body, html_from_text
from tandem.mapping.hubspot_task import (
    holds_more,
    render_task,
)
from tandem.mapping.normal_form import BODY_LIMIT
from tandem.mapping.own_words import is_shortened, without_own_words
from tandem.mapping.readable import text_from_html
from tandem.model import (
    Body,
    Field,
)

# --------------------------------------------------------------------------- Comments


def test_web_addresses_become_links_and_nothing_else_becomes_markup() -> None:
    text = "See https://example.jp/a?b=1&c=2、または(http://b.example/).\n<script>x</script>"

    assert html_from_text(text) == (
        '<p>See <a href="https://example.jp/a?b=1&amp;c=2">https://example.jp/a?b=1&amp;c=2</a>、'
        'または(<a href="http://b.example/">http://b.example/</a>).'
        "<br>&lt;script&gt;x&lt;/script&gt;</p>"
    )


def test_blank_lines_part_paragraphs_and_indents_stay() -> None:
    body = html_from_text("a\r\n\r\n\r\n  b   c\n\td\n")

    assert body == "<p>a</p><p>\u00a0\u00a0b \u00a0\u00a0c<br>\u00a0\u00a0\u00a0\u00a0d</p>"
    assert text_from_html(body, drop_history=False) == "a\n\n  b c\n    d"


def test_a_text_too_long_for_a_body_is_shortened_and_tells() -> None:
    text = "&" * 32_000
    body = html_from_text(text)

    assert BODY_LIMIT * 0.99 < len(body) <= BODY_LIMIT
    assert body.endswith("…</p>")
    assert not fits_in_body(text)
    assert fits_in_body("x" * 32_000)


@pytest.mark.parametrize(
    "own",
    [
        "[tandem:7-task-101]",
        "1 attachment in HubSpot",
        "2 attachments in HubSpot: a.pdf, b.pdf",
        "HubSpotに添付ファイル2件:見積書.xlsx、b.pdf",
        "(shortened)",
        "(shortened; the whole text: https://app.hubspot.com/tasks/1/view/all/task/9)",
        "(以下省略。全文:https://app.hubspot.com/tasks/1/view/all/task/9)",
        "(本文をテキストに変換できませんでした)",
    ],
)
def test_tandems_own_lines_never_travel_back(own: str) -> None:
    assert without_own_words(f"Text\n\n{own}") == "Text"
    assert without_own_words(f"Text\n{own}\n\nadded by a person") == "Text\n\nadded by a person"
    assert without_own_words(own) == ""
    assert without_own_words(f"He said {own} again") == f"He said {own} again"
    assert is_shortened(f"Text\n{own}") is own.startswith(("(shortened", "(以下省略"))


def test_comments_of_nothing_but_our_own_words_clear_the_body() -> None:
    assert render_task({"Description": "[tandem:k]"}, {Field.COMMENTS}, a_context()) == {
        "hs_task_body": None
    }


@pytest.mark.parametrize(
    ("html", "more"),
    [
        (None, False),
        ("plain text", False),
        ("a &amp; b", False),
        ("<p>a<br>b</p><div>c</div>", False),
        ('<div style="" dir="auto" data-top-level="true"><p style="margin:0;">a</p></div>', False),
        ('<p>see <a href="https://x.example/">https://x.example/</a></p>', False),
        ('<a href="https://x.example/" target="_blank" rel="noopener">x.example</a>', False),
        ('<a href="https://x.example/">our offer</a>', True),
        ('<a href="#top">top</a>', True),
        ('<a class="mention" href="https://x.example/">https://x.example/</a>', True),
        ("<p>a <strong>b</strong></p>", True),
        ("<ul><li>a</li></ul>", True),
        ("<table><tr><td>a</td></tr></table>", True),
        ('<img src="https://x.example/a.png">', True),
        ('<p>a</p><p style="display:none">b</p>', True),
        ('<span style="color:red">a</span>', True),
        ('<span class="x">a</span>', True),
        ("x" * 32_001, True),
        (f"<p>{'x' * 32_001}</p>", True),
        ("<div>" * 2_000, True),
        ("<p>a</p>" * 60_000, True),
        ("<p>" + "x" * 2_000_000, True),
    ],
)
def test_whether_a_body_holds_more_than_comments_can_show(html: str | None, more: bool) -> None:
    assert body_holds_more(Body(html=html)) is more
    assert holds_more(as_it_was(body=Body(html=html))) is more


def test_shortened_comments_say_that_hubspot_holds_more() -> None:
    plain = as_it_was(body=Body(html="<p>a</p>"))

    assert holds_more(plain, "a\n(shortened)")
    assert not holds_more(plain, "a")
    assert holds_more(as_it_was(body=Body(html=f"<p>{'x' * 31_950}</p>")))
    long = Body(html=f"<p>{'x' * 30_000}</p>")
    assert not holds_more(as_it_was(body=long))
    assert holds_more(as_it_was(body=long, attachment_ids=("1",)))
