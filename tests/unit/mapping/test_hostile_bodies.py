"""A hostile body costs bounded time and memory: caps, counted in what is read and not by a clock."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest

from tandem.mapping.comments import comments_from
from tandem.mapping.page import Caps
from tandem.mapping.readable import TooHostile, text_from_html
from tandem.mapping.subjects import first_line
from tandem.model import Activity, Body, Kind
from tandem.sync.policy import Language

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _note(html: str, preview: str = "the plain preview") -> Activity:
    body = Body(html=html, preview=preview)
    return Activity(kind=Kind.NOTE, id="1", created_at=NOW, occurred_at=NOW, body=body)


def test_twenty_megabytes_fall_back_to_the_plain_preview_with_a_note() -> None:
    body = "<p>" + "x" * 20_000_000

    said = comments_from(_note(body), language=Language.ENGLISH)

    assert said == "the plain preview\n\n(the body could not be turned into text)"


def test_a_hundred_thousand_nested_elements_fall_back_to_the_plain_preview() -> None:
    body = "<div>" * 100_000 + "x"

    said = comments_from(_note(body), language=Language.JAPANESE)

    assert said == "the plain preview\n\n(本文をテキストに変換できませんでした)"


@pytest.mark.parametrize(
    "piece",
    [
        "<b>",
        "<p>",
        "<td>x",
        "<ul><li>",
        "<blockquote>",
        "<br>",
        "<a href='https://x.example'>",
        "<font>",
    ],
)
def test_endless_elements_are_not_read_to_their_end(piece: str) -> None:
    with pytest.raises(TooHostile):
        text_from_html(piece * 60_000)


@pytest.mark.parametrize("piece", ["a ", "<!--", "&amp;", "<", "\n", "> \n", "On ", "- ", "あ\n"])
def test_endless_text_is_read_as_far_as_anybody_can_use(piece: str) -> None:
    text = text_from_html("<p>" + piece * (1_900_000 // len(piece)))

    assert len(text) < 200_000


def test_memory_stays_within_a_few_times_the_body() -> None:
    body = "<div><p>some text</p></div>" * 8_000
    tracemalloc.start()
    try:
        text_from_html(body, caps=Caps(elements=10_000_000, result=10_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 40 * len(body)


def test_the_caps_are_choices_with_names() -> None:
    assert text_from_html("<p>ab", caps=Caps(depth=3)) == "ab"
    with pytest.raises(TooHostile):
        text_from_html("<p><b><i>ab", caps=Caps(depth=3))
    with pytest.raises(TooHostile):
        text_from_html("<p>abc", caps=Caps(source=3))


def test_a_first_line_is_looked_for_at_the_beginning_only() -> None:
    assert first_line(Body(html="<p>" * 1_000_000 + "late")) == ""
    assert first_line(Body(html="<style>p{}</style><p> <br>early</p>" + "<p>x" * 10_000)) == "early"
