"""Bodies as ugly as real ones, each beside the text a person should read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.mapping.readable import text_from_html

CORPUS = Path(__file__).parent / "corpus"
BODIES = sorted(CORPUS.glob("*.html"))


def test_the_corpus_has_its_bodies() -> None:
    assert len(BODIES) >= 25


@pytest.mark.parametrize("body", BODIES, ids=lambda path: path.stem)
def test_a_body_reads_as_it_should(body: Path) -> None:
    """A note's quotation is its own text; what a mail quotes of earlier mails goes."""
    expected = body.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")

    got = text_from_html(body.read_text(encoding="utf-8"), drop_history="_note" not in body.stem)

    assert expected == got


@pytest.mark.parametrize("body", BODIES, ids=lambda path: path.stem)
def test_the_text_of_a_body_is_its_own_text(body: Path) -> None:
    text = body.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")

    assert text == text_from_html(
        text.replace("&", "&amp;").replace("<", "&lt;"), drop_history=False
    )
