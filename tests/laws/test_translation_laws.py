"""What must hold for everything that is translated: normal forms, lengths, marks and keys."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pure_core import Core
from small_world import NOW, activity, context, org

from tandem.model import Body, Call, Field, Kind

any_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t \u00a0\u2028\x00\x85\ud800👨‍👩‍👧é日<>&;"),
    ),
    max_size=400,
)
any_html = st.lists(
    st.one_of(
        any_text,
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<br>",
                "<ul><li>",
                "</ul>",
                "<a href='https://x.example/'>",
                "</a>",
                "<table><tr><td>",
                "</table>",
                "<blockquote>",
                "<pre>",
                "<!--",
                "-->",
                "<script>",
            ]
        ),
    ),
    max_size=20,
).map("".join)


def _activities() -> Any:
    return st.builds(
        lambda kind, title, body, count, result: activity(
            kind,
            title=title,
            body=Body(html=body, preview=title),
            count=count,
            call=Call(direction="inbound", duration_seconds=3, result=result)
            if kind is Kind.CALL
            else None,
        ),
        st.sampled_from(Kind),
        any_text,
        any_html,
        st.integers(1, 99),
        any_text,
    )


@given(st.dictionaries(st.sampled_from(["Subject", "Description", "Type", "CallObject"]), any_text))
def test_normal_form_twice_is_normal_form_once(fields: dict[str, str]) -> None:
    core = Core()
    for form in (
        core.normal_form.TextForm(),
        core.normal_form.TextForm(trims=False),
        core.normal_form.TextForm(line_end="\r\n"),
        core.normal_form.TextForm(trims=False, line_end="\r\n"),
    ):
        once = core.normal_form.normal_form(fields, form)

        assert once == core.normal_form.normal_form(once, form)


def test_a_cut_normal_form_of_crlf_lines_is_still_one(core: Core) -> None:
    form = core.normal_form.TextForm(line_end="\r\n")
    once = core.normal_form.normal_form({"Description": "line\n" * 8_000}, form)

    assert once == core.normal_form.normal_form(once, form)
    assert len(once["Description"]) <= 32_000


@settings(max_examples=60, deadline=None)
@given(_activities())
def test_whatever_is_written_fits_and_is_nearly_its_own_normal_form(one: Any) -> None:
    core = Core()
    task = core.salesforce.render_new(one, context(core))

    assert task.keys() <= org().writable_fields
    for name, limit in core.normal_form.LENGTHS.items():
        if name in task:
            assert 0 < core.text.utf16_length(task[name]) <= limit
    mark = core.marks.marker(b"key")
    base = core.salesforce.base_of(task, mark)
    stored = core.salesforce.seen_in_salesforce(core.normal_form.normal_form(task), mark)
    assert base == stored
    for field, value in base.items():
        assert not core.merge.has_changed(value, stored[field])


@settings(max_examples=60, deadline=None)
@given(_activities())
def test_saying_the_same_twice_is_no_change(one: Any) -> None:
    core = Core()
    mark = core.marks.marker(b"key")
    first, second = (core.salesforce.seen_fields(one, NOW, mark) for _ in range(2))

    assert first == second
    assert not [name for name in first if core.merge.has_changed(first[name], second[name])]


@given(any_text, st.integers(0, 60))
def test_a_cut_text_fits_and_begins_like_the_whole(text: str, limit: int) -> None:
    core = Core()
    got = core.text.cut(text, limit)

    assert core.text.utf16_length(got) <= limit
    assert got == text or text.startswith(got.removesuffix("…"))
    assert core.text.cut(got, limit) == got


@given(any_html)
@settings(deadline=None)
def test_any_body_becomes_clean_text(body: str) -> None:
    core = Core()
    for drop_history in (True, False):
        text = core.readable.text_from_html(body, drop_history=drop_history)

        assert text == core.text.clean(text)
        assert "\n\n\n" not in text


def test_every_field_of_the_vocabulary_is_rendered_by_some_kind(core: Core) -> None:
    written = set()
    for kind in Kind:
        written |= core.salesforce.followed_fields(kind, core.policy.KindPolicy())

    assert set(Field) - {Field.TYPE} == written
