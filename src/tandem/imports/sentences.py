"""What can be wrong with a file or a row of it, as codes with a sentence in each language."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.i18n import LANGUAGES

__all__ = ["Trouble", "TroubleCode", "trouble"]

_LONGEST = 60


class TroubleCode(enum.StrEnum):
    """Why a file cannot be read, why a row is wrong, or why a row is left out."""

    # the file
    UNOPENABLE = "unopenable"
    ARCHIVE = "archive"
    NOT_TEXT = "not_text"
    BROKEN = "broken"
    UNDECODABLE = "undecodable"
    WESTERN = "western"
    EMPTY = "empty"
    UNREADABLE_HEADER = "unreadable_header"
    NO_COLUMNS = "no_columns"
    NO_KEY = "no_key"
    DOUBLED = "doubled"
    MAP_FORM = "map_form"
    MAP_FIELD = "map_field"
    MAP_COLUMN = "map_column"
    MAP_TWICE = "map_twice"
    OPEN_DATES = "open_dates"
    CONTRADICTING_DATES = "contradicting_dates"
    # a row that is wrong
    QUOTES = "quotes"
    TOO_LONG = "too_long"
    CELLS = "cells"
    BAD_ID = "bad_id"
    NOT_A_TASK = "not_a_task"
    NOT_A_PERSON = "not_a_person"
    NOT_AN_OWNER = "not_an_owner"
    NO_PERSON = "no_person"
    BAD_EMAIL = "bad_email"
    BAD_DATE = "bad_date"
    # a row that is left out
    FOOTER = "footer"
    BLANK = "blank"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A code with what it is about."""

    code: TroubleCode
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """What is wrong and what to do, in ``en`` or ``ja``."""
        text = _TEXTS[self.code][LANGUAGES.index(language)]
        return text.format(**{name: _short(value) for name, value in self.values.items()})


def trouble(code: TroubleCode, **values: object) -> Trouble:
    """A trouble with its values by name."""
    return Trouble(code=code, values=values)


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_short(each) for each in value)
    if isinstance(value, Path):
        return str(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_TEXTS: Mapping[TroubleCode, tuple[str, str]] = {
    TroubleCode.UNOPENABLE: (
        "The file {name} cannot be read: {why}.",
        "ファイル {name} を読み取れません: {why}。",
    ),
    TroubleCode.ARCHIVE: (
        "This is a workbook or a zip archive: save it as CSV (UTF-8), or unpack it and name the CSV file in it.",
        "これはExcelブックまたはZIPファイルです。CSV(UTF-8)で保存するか、展開して中のCSVファイルを指定してください。",
    ),
    TroubleCode.NOT_TEXT: (
        "This is not a text file: save it as CSV (UTF-8).",
        "テキストファイルではありません。CSV(UTF-8)で保存してください。",
    ),
    TroubleCode.BROKEN: (
        "The file says that it is {encoding}, but line {line} is not: export it again, or save it as CSV (UTF-8).",
        "ファイルは{encoding}とされていますが、{line}行目が{encoding}ではありません。エクスポートし直すか、CSV(UTF-8)で保存してください。",
    ),
    TroubleCode.UNDECODABLE: (
        "Line {line} is neither UTF-8 nor cp932 (Shift_JIS): save the file as CSV (UTF-8).",
        "{line}行目がUTF-8でもcp932(Shift_JIS)でもありません。ファイルをCSV(UTF-8)で保存してください。",
    ),
    TroubleCode.WESTERN: (
        "The file is not UTF-8 (line {line}) and seems to be in a Western encoding such as ISO-8859-1: export it again as UTF-8.",
        "ファイルはUTF-8ではなく({line}行目)、ISO-8859-1などの西欧の文字コードのようです。UTF-8でエクスポートし直してください。",
    ),
    TroubleCode.EMPTY: ("The file is empty.", "ファイルが空です。"),
    TroubleCode.UNREADABLE_HEADER: (
        "The row with the names of the columns (line {line}) cannot be read as CSV.",
        "列名の行({line}行目)をCSVとして読み取れません。",
    ),
    TroubleCode.NO_COLUMNS: (
        "The first row names no column of a Salesforce task; it holds: {found}. Name the columns with --map COLUMN=Field.",
        "先頭行にSalesforceのToDoの列名がありません(内容: {found})。--map 列名=項目 で列を指定してください。",
    ),
    TroubleCode.NO_KEY: (
        "An Activity ID, or the id or e-mail of a contact or lead is needed; the columns are: {found}. Name one with --map, such as --map COLUMN=Email.",
        "活動 ID、または取引先責任者・リードのIDかメールの列が必要です(列: {found})。--map 列名=Email のように指定してください。",
    ),
    TroubleCode.DOUBLED: (
        "More than one column is read as {field}: {columns}. Say which with --map COLUMN={field}, or with its number: --map '#{number}={field}'.",
        "{field} とみなされる列が複数あります: {columns}。--map 列名={field}、または番号で --map '#{number}={field}' のように指定してください。",
    ),
    TroubleCode.MAP_FORM: (
        "--map takes COLUMN=Field, not {text}.",
        "--map は 列名=項目 の形で指定してください({text} は不可)。",
    ),
    TroubleCode.MAP_FIELD: (
        "--map: there is no field {field}. Fields are: {fields}.",
        "--map: {field} という項目はありません。項目: {fields}。",
    ),
    TroubleCode.MAP_COLUMN: (
        "--map: the file has no column {column}. Its columns are: {columns}.",
        "--map: ファイルに {column} という列はありません。列: {columns}。",
    ),
    TroubleCode.MAP_TWICE: (
        "--map: {field} is given to more than one column.",
        "--map: {field} が複数の列に指定されています。",
    ),
    TroubleCode.OPEN_DATES: (
        "It is not clear whether dates such as {value} (line {line}) begin with the day or the month: say --dates dmy or --dates mdy.",
        "{value}({line}行目)のような日付が日と月のどちらから始まるのか判断できません。--dates dmy または --dates mdy を指定してください。",
    ),
    TroubleCode.CONTRADICTING_DATES: (
        "{day_value} (line {day_line}) begins with the day, {month_value} (line {month_line}) with the month: say --dates dmy or --dates mdy, and what does not fit is left out.",
        "{day_value}({day_line}行目)は日から、{month_value}({month_line}行目)は月から始まっています。--dates dmy または --dates mdy を指定すると、合わない行を除いて読み込みます。",
    ),
    TroubleCode.QUOTES: (
        "The quotation marks of this row do not close, or text follows a closing one.",
        "この行の引用符が閉じていないか、閉じた引用符の後に文字が続いています。",
    ),
    TroubleCode.TOO_LONG: (
        "This row is longer than any task of Salesforce can be.",
        "この行はSalesforceのToDoとしてありえない長さです。",
    ),
    TroubleCode.CELLS: (
        "This row has {cells} cells where the header has {expected}.",
        "この行のセルは{cells}個ですが、列名は{expected}個です。",
    ),
    TroubleCode.BAD_ID: (
        "{column}: {value} is not a Salesforce id (15 or 18 characters; a spreadsheet may have changed it).",
        "{column}: {value} はSalesforceのIDではありません(15または18文字。表計算ソフトで変わった可能性があります)。",
    ),
    TroubleCode.NOT_A_TASK: (
        "{column}: {value} is the id of another record, not of a task (an event, perhaps).",
        "{column}: {value} はToDoではなく別のレコード(行動など)のIDです。",
    ),
    TroubleCode.NOT_A_PERSON: (
        "{column}: {value} is not the id of a contact or lead.",
        "{column}: {value} は取引先責任者またはリードのIDではありません。",
    ),
    TroubleCode.NOT_AN_OWNER: (
        "{column}: {value} is not the id of a user or queue.",
        "{column}: {value} はユーザーまたはキューのIDではありません。",
    ),
    TroubleCode.NO_PERSON: (
        "This row has no Activity ID and neither an id nor an e-mail of a contact or lead.",
        "この行には活動 IDがなく、取引先責任者・リードのIDもメールもありません。",
    ),
    TroubleCode.BAD_EMAIL: (
        "{column}: {value} is not an e-mail address.",
        "{column}: {value} はメールアドレスではありません。",
    ),
    TroubleCode.BAD_DATE: (
        "{column}: {value} is not a date, or not one in the order of this file ({order}).",
        "{column}: {value} は日付ではないか、このファイルの順序({order})に合いません。",
    ),
    TroubleCode.FOOTER: (
        "A line that the report adds at its end: {text}.",
        "レポートが末尾に付ける行です: {text}。",
    ),
    TroubleCode.BLANK: ("A row without any value.", "値のない行です。"),
    TroubleCode.DOUBLE: (
        "The same task as in line {first}; counted once.",
        "{first}行目と同じToDoです(1件と数えます)。",
    ),
}
