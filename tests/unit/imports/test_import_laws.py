"""What holds for any file at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.imports import (
    Column,
    DateOrder,
    ImportRow,
    LeftOut,
    UnreadableTable,
    Wrong,
    open_table,
    read_rows,
)
from tandem.imports.sentences import _TEXTS, TroubleCode

HEADERS = st.lists(
    st.sampled_from([*(each.value for each in Column), "件名", "期日", "Mood", ""]),
    min_size=1,
    max_size=6,
)
CELLS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "a@example.com", "00T5g00000TandAEAQ", "0035g00000TandA", "11/23/2026"),
            *(
                "05/06/2026",
                "2026-11-23",
                "Total",
                "Copyright (c) x",
                '"',
                "\n",
                "000000000000000AAA",
            ),
        ]
    ),
    st.text(max_size=12),
)
RAW = st.lists(
    st.sampled_from(
        [
            b"Email,Id,Due Date\n",
            b"Email;Subject\r",
            b"a@b.cc,",
            b'"',
            b"\n",
            b"\r\n",
            b",",
            b";",
            b"\t",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\x82\xa0",
            b"\xe9",
            b"\0",
            b"00T5g00000TandA",
            b"1/2/2026",
            b"x",
        ]
    ),
    max_size=40,
).map(b"".join)


def _adds_up(source: bytes, dates: DateOrder | None) -> None:
    try:
        table = open_table(source)
        outcomes = list(read_rows(table, dates=dates))
    except UnreadableTable as refusal:
        refusal.trouble.sentence("ja")
        return
    records = [record.line for record in table.records()]
    read = [each.line for each in outcomes if isinstance(each, ImportRow)]
    wrong = [each.line for each in outcomes if isinstance(each, Wrong)]
    left_out = [each.line for each in outcomes if isinstance(each, LeftOut)]

    assert len(read) + len(wrong) + len(left_out) == len(records)
    assert [each.line for each in outcomes] == records
    assert records == sorted(set(records))
    for each in outcomes:
        if isinstance(each, ImportRow):
            assert each.activity_id or each.person_id or each.person_email
        else:
            assert each.sentence("en")
            assert each.sentence("ja")


@given(st.binary(max_size=400), st.sampled_from([None, *DateOrder]))
def test_no_bytes_are_too_strange(source: bytes, dates: DateOrder | None) -> None:
    _adds_up(source, dates)


@settings(max_examples=300, deadline=None)
@given(RAW, st.sampled_from([None, *DateOrder]))
def test_no_bytes_that_look_like_a_file_are_too_strange(
    source: bytes, dates: DateOrder | None
) -> None:
    _adds_up(source, dates)


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@settings(max_examples=300, deadline=None)
@given(
    HEADERS,
    st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([None, *DateOrder]),
)
def test_every_row_of_a_file_is_read_wrong_or_left_out(
    header: list[str], rows: list[list[str]], codec: str, dates: DateOrder | None
) -> None:
    _adds_up(_written([header, *rows]).encode(codec, "replace"), dates)


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1),
        max_size=6,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_texts_come_out_as_they_went_in(texts: list[str], codec: str) -> None:
    rows = [["Email", "Comments"], *(["a@example.com", text] for text in texts)]
    table = open_table(_written(rows).encode(codec))

    outcomes = list(read_rows(table))

    assert [each.comments for each in outcomes if isinstance(each, ImportRow)] == [
        text if text.strip() else None for text in texts
    ]


def test_each_trouble_has_a_sentence_in_both_languages() -> None:
    assert set(_TEXTS) == set(TroubleCode)
    for english, japanese in _TEXTS.values():
        assert english.endswith(".")
        assert japanese.endswith("。")
