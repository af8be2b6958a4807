"""Rows of a CSV as tasks to import: read, wrong with a sentence, or left out."""

from __future__ import annotations

from datetime import date

import pytest

from tandem.imports import (
    DateOrder,
    ImportRow,
    LeftOut,
    Outcome,
    TroubleCode,
    UnreadableTable,
    Wrong,
    date_order_of,
    open_table,
    read_rows,
)
from tandem.mapping.ids import id18

TASK = id18("00T5g00000TandA")
CONTACT = id18("0035g00000TandA")
LEAD = id18("00Q5g00000TandA")
USER = id18("0055g00000TandA")
ACCOUNT = id18("0015g00000TandA")


def outcomes(text: str, dates: DateOrder | None = None) -> list[Outcome]:
    return list(read_rows(open_table(text.encode()), dates=dates))


def codes(found: list[Outcome]) -> list[tuple[int, TroubleCode | None]]:
    return [
        (each.line, None if isinstance(each, ImportRow) else each.trouble.code) for each in found
    ]


def only(found: list[Outcome]) -> ImportRow:
    (row,) = found
    assert isinstance(row, ImportRow)
    return row


# --------------------------------------------------------------------------- rows


def test_a_row_with_an_activity_id_needs_nothing_else() -> None:
    """The task is read again from the org, so what else the row says does not matter."""
    found = outcomes(f"Id,WhoId,ActivityDate\n{TASK[:15]},nonsense,someday\n")

    assert found == [ImportRow(line=2, activity_id=TASK)]


def test_a_row_without_one_carries_all_its_fields() -> None:
    row = only(
        outcomes(
            "Id,WhoId,Email,Name,Subject,Status,Priority,Type,TaskSubtype,ActivityDate,Description,OwnerId,"
            "OwnerEmail,Assigned,WhatId,CreatedDate\n"
            f",{CONTACT[:15]},Hanako@Example.com,花子,Call back, In Progress ,High,Call,Task,2026-11-23,"
            f'"one\ntwo",{USER},Boss@example.com,Boss,{ACCOUNT},2026-11-01T08:00:00.000Z\n'
        )
    )

    assert row == ImportRow(
        line=2,
        person_id=CONTACT,
        person_email="hanako@example.com",
        person_name="花子",
        subject="Call back",
        status="In Progress",
        priority="High",
        type="Call",
        subtype="Task",
        due=date(2026, 11, 23),
        comments="one\ntwo",
        owner_id=USER,
        owner_email="boss@example.com",
        owner_name="Boss",
        related_id=ACCOUNT,
        created=date(2026, 11, 1),
    )


def test_an_e_mail_alone_says_whose_task_it_is() -> None:
    assert only(outcomes("Email\na@example.com\n")).person_email == "a@example.com"


def test_a_contact_or_lead_may_stand_in_a_column_of_its_own() -> None:
    found = outcomes(f"Contact ID,Lead ID\n{CONTACT},\n,{LEAD}\n{LEAD},\n")

    assert [each.person_id for each in found if isinstance(each, ImportRow)] == [CONTACT, LEAD]
    assert codes(found)[2] == (4, TroubleCode.NOT_A_PERSON)


def test_the_data_exports_reference_to_nothing_is_nothing() -> None:
    row = only(
        outcomes(
            "Id,WhoId,WhatId,Email\n"
            "000000000000000AAA,000000000000000AAA,000000000000000,a@example.com\n"
        )
    )

    assert (row.activity_id, row.person_id, row.related_id) == (None, None, None)


def test_full_comments_win_over_shortened_ones() -> None:
    found = outcomes("Email,Comments,Full Comments\na@example.com,lo,long\nb@example.com,short,\n")

    assert [each.comments for each in found if isinstance(each, ImportRow)] == ["long", "short"]


@pytest.mark.parametrize("subject", ["'=1+1", "=cmd|' /C calc'!A0", "+81 3", "-", "@sum"])
def test_what_looks_like_a_formula_is_left_as_it_is(subject: str) -> None:
    assert only(outcomes(f'Email,Subject\na@example.com,"{subject}"\n')).subject == subject


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{TASK[:17]}A,,", TroubleCode.BAD_ID),
        ("00T123,,", TroubleCode.BAD_ID),
        (f"{id18('00U5g00000TandA')},,", TroubleCode.NOT_A_TASK),
        (f",{ACCOUNT},", TroubleCode.NOT_A_PERSON),
        (f",{CONTACT.lower()},", TroubleCode.BAD_ID),
        (",,", TroubleCode.BLANK),
        (",,Hanako", TroubleCode.BAD_EMAIL),
        (",,a@b@example.com", TroubleCode.BAD_EMAIL),
        ("a", TroubleCode.CELLS),
        (",,a@example.com,more", TroubleCode.CELLS),
        ('"a"b,,', TroubleCode.QUOTES),
    ],
)
def test_a_wrong_row_is_named_with_its_line_and_the_rest_goes_on(
    row: str, code: TroubleCode
) -> None:
    found = outcomes(f"Id,WhoId,Email\n{row}\n,,a@example.com\n")

    assert codes(found) == [(2, code), (3, None)]
    for language in ("en", "ja"):
        assert not isinstance(found[0], ImportRow)
        assert "{" not in found[0].sentence(language)


def test_a_row_that_says_nothing_of_its_person_is_wrong() -> None:
    assert codes(outcomes("Subject,Email,Status\nCall,,Open\n")) == [(2, TroubleCode.NO_PERSON)]


def test_an_owner_must_be_a_user_or_a_queue() -> None:
    found = outcomes(
        f"Email,OwnerId\na@example.com,{CONTACT}\nb@example.com,{id18('00G5g00000TandA')}\n"
    )

    assert codes(found) == [(2, TroubleCode.NOT_AN_OWNER), (3, None)]


def test_cells_beyond_the_header_do_not_matter_while_they_are_empty() -> None:
    assert codes(outcomes("Email,Subject\na@example.com,x,,\n")) == [(2, None)]


def test_a_task_named_twice_is_counted_once() -> None:
    found = outcomes(f"Id\n{TASK}\n{TASK[:15]}\n{id18('00T5g00000TandB')}\n")

    assert codes(found) == [(2, None), (3, TroubleCode.DOUBLE), (4, None)]
    assert isinstance(found[1], LeftOut)
    assert found[1].sentence() == "The same task as in line 2; counted once."
    assert found[1].sentence("ja") == "2行目と同じToDoです(1件と数えます)。"


def test_people_may_have_many_tasks_alike() -> None:
    assert codes(outcomes("Email\na@example.com\na@example.com\n")) == [(2, None), (3, None)]


# --------------------------------------------------------------------------- a report's footer

REPORT = """"Subject","Date","Email"
"Call","2026/11/23","a@example.com"
"Total recall","2026/11/24","b@example.com"


"Tasks of this week"
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"Generated By:  Hanako Yamada 2026/11/23 17:34"
"Example Inc."
"""


def test_a_reports_footer_is_left_out_and_said() -> None:
    found = outcomes(REPORT)

    assert codes(found) == [
        (2, None),
        (3, None),
        *((line, TroubleCode.FOOTER) for line in (6, 7, 8, 9, 10)),
    ]
    assert isinstance(found[3], LeftOut)
    assert "Copyright (c) 2000-2026" in found[3].sentence()


@pytest.mark.parametrize(
    "line",
    [
        "Grand Totals (5,700 records)",
        "Total",
        "Total Records: 3",
        "総計 (3 レコード)",
        "合計",
        "社外秘 - 無断転載禁止",
        "作成者: 山田 花子 2026/11/23 17:34",
    ],
)
@pytest.mark.parametrize("rest", ["", ",,"])
def test_totals_and_notices_are_left_out_in_either_language(line: str, rest: str) -> None:
    found = outcomes(f'Subject,Email,Status\nx,a@example.com,\n"{line}"{rest}\n')

    assert codes(found) == [(2, None), (3, TroubleCode.FOOTER)]


def test_lone_cells_that_no_footer_follows_are_wrong() -> None:
    found = outcomes("Subject,Email\nbroken\nx,a@example.com\nbroken\n")

    assert codes(found) == [(2, TroubleCode.CELLS), (3, None), (4, TroubleCode.CELLS)]


def test_many_lone_cells_are_not_kept_back() -> None:
    found = outcomes("Subject,Email\n" + "broken\n" * 50)

    assert codes(found) == [(line, TroubleCode.CELLS) for line in range(2, 52)]


def test_a_task_that_begins_like_a_footer_is_a_task() -> None:
    found = outcomes("Email,Subject\ntotal@example.com,\nx@example.com,Grand Total\n")

    assert codes(found) == [(2, None), (3, None)]


# --------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "2026. 11. 23.",
        "2026-11-23T00:00:00.000Z",
        "2026-11-23T08:00:00.000+0000",
        "2026-11-23 08:00:00",
        "2026年11月23日",
        "2026年11月23日(月)",
        "2026年11月23日 17:34",
        "２０２６/１１/２３",
        "2026/11/23 午後 5:34",
        "23.11.2026",
        "23.11.2026, 17:34",
        "11/23/2026",
        "11/23/2026 5:34 PM",
        "11/23/2026, 5:34 PM",
        "23/11/2026",
        "23/11/2026 17:34",
        "23-11-2026",
    ],
)
def test_each_form_of_a_date_is_read(cell: str) -> None:
    assert only(outcomes(f'Email,Due Date\na@example.com,"{cell}"\n')).due == date(2026, 11, 23)


@pytest.mark.parametrize(
    "cell",
    ["tomorrow", "11/23/26", "2026-02-30", "46349", "13/13/2026", "2026-11-23 noon", "0001-01-01"],
)
def test_what_is_no_date_is_wrong(cell: str) -> None:
    found = outcomes(f"Email,Due Date\na@example.com,{cell}\nb@example.com,\n")

    assert codes(found) == [(2, TroubleCode.BAD_DATE), (3, None)]


@pytest.mark.parametrize(
    ("proof", "day"),
    [("23/11/2026", date(2026, 6, 5)), ("11/23/2026", date(2026, 5, 6))],
)
def test_one_date_of_the_file_settles_the_order_of_all(proof: str, day: date) -> None:
    found = outcomes(f"Email,Due Date\na@example.com,05/06/2026\nb@example.com,{proof}\n")

    assert [each.due for each in found if isinstance(each, ImportRow)] == [day, date(2026, 11, 23)]


def test_a_file_that_does_not_tell_is_refused_before_its_first_row() -> None:
    table = open_table(b"Email,Due Date\na@example.com,2026-11-23\nb@example.com,05/06/2026\n")

    with pytest.raises(UnreadableTable, match=r"05/06/2026 \(line 3\).*--dates dmy or --dates mdy"):
        read_rows(table)
    with pytest.raises(UnreadableTable, match="3行目"):
        read_rows(table, language="ja")


@pytest.mark.parametrize(
    ("order", "day"), [(DateOrder.DMY, date(2026, 6, 5)), (DateOrder.MDY, date(2026, 5, 6))]
)
def test_the_option_settles_it(order: DateOrder, day: date) -> None:
    assert only(outcomes("Email,Due Date\na@example.com,05/06/2026\n", order)).due == day


def test_the_option_makes_dates_of_another_order_wrong() -> None:
    text = "Email,Due Date\na@example.com,11/23/2026\nb@example.com,23.11.2026\n"

    assert codes(outcomes(text, DateOrder.DMY)) == [(2, TroubleCode.BAD_DATE), (3, None)]
    assert codes(outcomes(text, DateOrder.YMD)) == [(2, TroubleCode.BAD_DATE), (3, None)]


def test_a_file_that_contradicts_itself_is_refused_with_both_lines() -> None:
    table = open_table(b"Email,Due Date\na@example.com,23/11/2026\nb@example.com,11/24/2026\n")

    with pytest.raises(UnreadableTable, match=r"\(line 2\).*\(line 3\)"):
        date_order_of(table)


def test_dates_of_rows_that_are_read_again_from_the_org_do_not_matter() -> None:
    text = f"Id,Due Date\n{TASK},05/06/2026\n"

    assert date_order_of(open_table(text.encode())) is None
    assert codes(outcomes(text)) == [(2, None)]


def test_a_day_that_is_the_same_either_way_asks_for_no_order() -> None:
    assert only(outcomes("Email,Due Date\na@example.com,05/05/2026\n")).due == date(2026, 5, 5)


def test_each_kind_of_outcome_knows_its_line() -> None:
    found = outcomes("Email\nnobody\na@example.com\nTotal\n")

    assert [type(each) for each in found] == [Wrong, ImportRow, LeftOut]
