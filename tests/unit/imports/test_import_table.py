"""Opening a CSV of Salesforce tasks: its encoding, its delimiter, its columns."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from tandem.errors import SettingsError
from tandem.imports import Column, TroubleCode, UnreadableTable, mapping_from, open_table
from tandem.imports.columns import folded

JAPANESE = "活動 ID,件名,メール\n,折り返しのお電話,taro@example.co.jp\n"


def refusal(source: bytes | Path, mapping: dict[str, str] | None = None) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as caught:
        open_table(source, mapping)
    assert isinstance(caught.value, SettingsError)
    assert caught.value.trouble.sentence("ja") != str(caught.value)
    return caught.value


# --------------------------------------------------------------------------- encodings


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp932", "cp932"),
    ],
)
def test_each_encoding_an_export_comes_in_is_found(codec: str, found: str) -> None:
    table = open_table(JAPANESE.encode(codec))

    assert table.encoding == found
    assert [record.cells for record in table.records()] == [
        ("", "折り返しのお電話", "taro@example.co.jp")
    ]


def test_utf_16_with_the_high_byte_first_is_found() -> None:
    table = open_table(b"\xfe\xff" + JAPANESE.encode("utf-16-be"))

    assert list(table.columns) == [Column.ACTIVITY_ID, Column.SUBJECT, Column.PERSON_EMAIL]


def test_the_whole_file_decides_not_its_first_part() -> None:
    """A million ASCII characters first, then one line that only cp932 explains."""
    rows = "a@example.com,x\n" * 80_000
    table = open_table(
        ("Email,Subject\n" + rows + "b@example.com,会議の件について\n").encode("cp932")
    )

    assert table.encoding == "cp932"


def test_bytes_that_fit_no_encoding_are_named_with_their_line() -> None:
    lines = ["Email,Subject", "a@example.com,お電話", "b@example.com,x"]
    source = "\r\n".join(lines).encode("cp932") + b"\xff\r\n"

    assert "Line 3 is neither UTF-8 nor cp932" in str(refusal(source))


def test_a_mark_that_is_not_kept_to_is_named_with_its_line() -> None:
    source = b"\xef\xbb\xbfEmail,Subject\na@example.com,\xe9\n"

    assert "says that it is UTF-8, but line 2 is not" in str(refusal(source))


@pytest.mark.parametrize(
    "subject", ["don’t forget", "José Müller réglé", "Größe prüfen", "ação não concluída"]
)
def test_a_western_encoding_is_not_taken_for_japanese(subject: str) -> None:
    source = f"Email,Subject\na@example.com,{subject}\n".encode("cp1252")

    assert refusal(source).trouble.code in {TroubleCode.WESTERN, TroubleCode.UNDECODABLE}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"PK\x03\x04workbook", TroubleCode.ARCHIVE),
        ("Email,Subject\n".encode("utf-16-le"), TroubleCode.NOT_TEXT),
        (b"", TroubleCode.EMPTY),
        (b"\n\n\r\n", TroubleCode.EMPTY),
    ],
)
def test_what_is_no_csv_is_said_to_be_none(source: bytes, code: TroubleCode) -> None:
    assert refusal(source).trouble.code is code


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert str(tmp_path / "no.csv") in str(refusal(tmp_path / "no.csv"))
    assert refusal(tmp_path).trouble.code is TroubleCode.UNOPENABLE


def test_the_sentence_comes_in_the_language_asked_for() -> None:
    with pytest.raises(UnreadableTable, match="ファイルが空です。"):
        open_table(b"", language="ja")


# --------------------------------------------------------------------------- delimiters and records


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_found(delimiter: str) -> None:
    source = (
        f'Email{delimiter}"Due Date"{delimiter}Subject\na@example.com{delimiter}{delimiter}x,y;z\n'
    )
    if delimiter in ",;":
        source = source.replace("x,y;z", '"x,y;z"')

    table = open_table(source.encode())

    assert table.delimiter == delimiter
    assert [record.cells for record in table.records()] == [("a@example.com", "", "x,y;z")]


def test_a_hint_for_spreadsheets_is_passed_over() -> None:
    table = open_table(b"sep=;\r\nEmail;Subject\r\na@example.com;x\r\n")

    assert table.header_line == 2
    assert [record.line for record in table.records()] == [3]


def test_quoted_line_ends_belong_to_the_cell_and_lines_are_those_of_the_file() -> None:
    source = b'Email,Comments\r\na@example.com,"one\r\ntwo\r\n""three"""\r\n\r\nb@example.com,x\r\n'

    records = list(open_table(source).records())

    assert [record.line for record in records] == [2, 6]
    assert records[0].cells[1] == 'one\r\ntwo\r\n"three"'


def test_a_quotation_mark_that_never_closes_costs_its_own_line_only() -> None:
    source = b'Email,Comments\na@example.com,"never closed\nb@example.com,x\nc@example.com,y\n'

    records = list(open_table(source).records())

    assert [(record.line, record.trouble is None) for record in records] == [
        (2, False),
        (3, True),
        (4, True),
    ]
    assert records[0].trouble is not None
    assert records[0].trouble.code is TroubleCode.QUOTES


def test_a_row_longer_than_any_record_is_wrong_and_the_next_is_read() -> None:
    source = b"Email,Comments\na@example.com," + b"x" * 1_500_000 + b"\nb@example.com,y\n"

    records = list(open_table(source).records())

    assert [record.line for record in records] == [2, 3]
    assert records[0].trouble is not None
    assert records[0].trouble.code is TroubleCode.TOO_LONG
    assert records[1].cells == ("b@example.com", "y")


def test_a_table_may_be_read_again() -> None:
    table = open_table(b"Email\na@example.com\n")

    assert list(table.records()) == list(table.records())


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    row = "a@example.com," + "x" * 2_000 + "\n"
    path.write_text("Email,Comments\n" + row * 10_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_table(path).records())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 10_000
    assert peak < 6_000_000 < path.stat().st_size


# --------------------------------------------------------------------------- columns

WEEKLY = (
    '"Id","RecordTypeId","WhoId","WhatId","Subject","ActivityDate","Status","Priority","IsHighPriority","OwnerId",'
    '"Description","Type","IsDeleted","AccountId","IsClosed","CreatedDate","CreatedById","LastModifiedDate",'
    '"LastModifiedById","SystemModstamp","IsArchived","CallDurationInSeconds","CallType","CallDisposition",'
    '"CallObject","ReminderDateTime","IsReminderSet","RecurrenceActivityId","IsRecurrence","TaskSubtype",'
    '"CompletedDateTime","Region__c"'
)
SALESFORCES = {
    Column.ACTIVITY_ID: "Id",
    Column.PERSON_ID: "WhoId",
    Column.SUBJECT: "Subject",
    Column.DUE: "ActivityDate",
    Column.CREATED: "CreatedDate",
    Column.COMMENTS: "Description",
    Column.OWNER_ID: "OwnerId",
    Column.SUBTYPE: "TaskSubtype",
}


@pytest.mark.parametrize("header", [WEEKLY, WEEKLY.upper()])
def test_the_weekly_export_and_data_loader_are_known_by_api_names(header: str) -> None:
    table = open_table(header.encode())

    for column, name in SALESFORCES.items():
        assert table.heading(column).casefold() == name.casefold()
    assert [name.casefold() for name in table.unknown] == ["region__c"]


def test_a_report_is_known_by_its_labels() -> None:
    table = open_table(
        b'"Date","Assigned","Subject","Full Comments","Comments","Company / Account","Contact","Lead","Name",'
        b'"Activity ID","Status","Priority","Type","Task Subtype","Created Date","Email","Mood"'
    )

    assert table.columns[Column.DUE] == 0
    assert table.columns[Column.OWNER_NAME] == 1
    assert table.columns[Column.FULL_COMMENTS] == 3
    assert table.columns[Column.COMMENTS] == 4
    assert table.columns[Column.ACTIVITY_ID] == 9
    assert table.unknown == ("Mood",)


def test_the_labels_of_the_describe_are_known() -> None:
    table = open_table(
        b"Activity ID,Name ID,Related To ID,Due Date Only,Assigned To ID,Description,Task Subtype"
    )

    assert list(table.columns) == [
        Column.ACTIVITY_ID,
        Column.PERSON_ID,
        Column.RELATED_ID,
        Column.DUE,
        Column.OWNER_ID,
        Column.COMMENTS,
        Column.SUBTYPE,
    ]


def test_japanese_labels_are_known_in_any_width() -> None:
    table = open_table(
        "活動 ID,件名,期日,状況,優先度,種別,コメント,任命先,名前,名前 ID,関連先 ID,メール,作成日,会社/取引先".encode()
    )

    assert list(table.columns) == [
        Column.ACTIVITY_ID,
        Column.SUBJECT,
        Column.DUE,
        Column.STATUS,
        Column.PRIORITY,
        Column.TYPE,
        Column.COMMENTS,
        Column.OWNER_NAME,
        Column.PERSON_NAME,
        Column.PERSON_ID,
        Column.RELATED_ID,
        Column.PERSON_EMAIL,
        Column.CREATED,
    ]
    assert table.unknown == ()
    assert folded("活動 ID") == folded("活動ID")


def test_no_column_is_named_twice() -> None:
    for column in Column:
        source = f"{column.value},Id,Email,#".encode()
        if column in {Column.ACTIVITY_ID, Column.PERSON_EMAIL}:
            assert column.value in str(refusal(source))
        else:
            assert open_table(source).columns[column] == 0


def test_two_columns_for_one_field_are_named_and_one_can_be_chosen() -> None:
    source = b"Email,Subject,Due Date,ActivityDate\n"

    assert "#3 Due Date, #4 ActivityDate" in str(refusal(source))
    assert open_table(source, {"Due Date": "ActivityDate"}).columns[Column.DUE] == 2
    assert open_table(source, {"#4": "期日"}).columns[Column.DUE] == 3
    assert open_table(source, {"Due Date": ""}).columns[Column.DUE] == 3


def test_a_column_is_chosen_by_number_where_two_are_called_the_same() -> None:
    source = b"Email,Subject,Subject\n"

    assert "#2 Subject, #3 Subject" in str(refusal(source))
    assert "#2 Subject, #3 Subject" in str(refusal(source, {"Subject": "Subject"}))
    assert open_table(source, {"#3": "Subject"}).columns[Column.SUBJECT] == 2


def test_map_gives_any_column_to_a_field() -> None:
    table = open_table(b"Kunde;Betreff\n", {"kunde": "Email", "Betreff": "subject"})

    assert table.columns == {Column.PERSON_EMAIL: 0, Column.SUBJECT: 1}
    assert table.unknown == ()


def test_a_wrong_map_is_said() -> None:
    source = b"Email,Kunde,Konto\n"

    assert "no field Mood" in str(refusal(source, {"Kunde": "Mood"}))
    assert "Its columns are: Email, Kunde, Konto" in str(refusal(source, {"Klient": "Name"}))
    assert "more than one column" in str(refusal(source, {"Kunde": "Name", "Konto": "Name"}))
    assert "no column #9" in str(refusal(source, {"#9": "Name"}))


def test_map_options_are_taken_apart() -> None:
    assert mapping_from(["Kunde=Email", "a=b = Subject", "Mood="]) == {
        "Kunde": "Email",
        "a=b": "Subject",
        "Mood": "",
    }
    with pytest.raises(UnreadableTable, match="COLUMN=Field, not Kunde"):
        mapping_from(["Kunde"])
    with pytest.raises(UnreadableTable, match="列名=項目"):
        mapping_from(["=Email"], language="ja")


def test_a_file_without_known_columns_or_without_people_is_refused() -> None:
    assert refusal(b"a,b\n1,2\n").trouble.code is TroubleCode.NO_COLUMNS
    assert refusal(b"Subject,Status\n1,2\n").trouble.code is TroubleCode.NO_KEY
    assert refusal(b'"Email","Subject\n').trouble.code is TroubleCode.UNREADABLE_HEADER
