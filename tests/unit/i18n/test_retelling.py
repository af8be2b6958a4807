"""Every error that Tandem raises can be told in Japanese, values included."""

import ast
import itertools
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tandem
import tandem.errors
from tandem.crm import oauth
from tandem.engine import keeping
from tandem.i18n import Messages
from tandem.i18n.retelling import SAID, retold
from tandem.i18n.texts import TEXTS, errors, errors_api, errors_crm, errors_store, errors_watching
from tandem.store import keyring, postgres, sqlite

SOURCE = Path(tandem.__file__).parent
APART = ("sandbox", "simulation", "bench")
ERRORS = {*tandem.errors.__all__, "Braked", "DeletionsForgotten", "TopicUnknown"}
SAID_BY_THE_CATALOGUE = re.compile(r"\b(messages|_messages|speech)\(")
NAMED = re.compile(r"\{(\w+)\}")
VALUE = re.compile(r"⟦\w+⟧")
PASSED_ON = {
    "report.message",
    "str(error)",
    "self._why",
    "told",
    "words",
    "sentence",
    "_UNSURE",
    "message",
    "reason",
    "_plain(said, refusal, response)",
    "_no_access(status, refusal, said)",
}
"""Sentences that were made elsewhere: there they are looked at, too, or they are a CRM's own."""


def template(node: ast.expr) -> Iterator[str]:
    """
    The ways in which the sentence of *node* may read, each value as ⟦what it is⟧; none where it is made elsewhere.
    """
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            pieces = [list(_piece(each)) for each in parts]
            yield from ("".join(chosen) for chosen in itertools.product(*pieces))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (a + b for a in template(left) for b in template(right))
        case ast.IfExp(body=body, orelse=orelse):
            yield from template(body)
            yield from template(orelse)


def _piece(part: ast.expr) -> Iterator[str]:
    match part:
        case ast.Constant(value=str(text)):
            yield text
        case ast.FormattedValue(value=ast.IfExp() as choice) if any(template(choice)):
            yield from template(choice)
        case ast.FormattedValue(value=value):
            yield f"⟦{zlib.crc32(ast.unparse(value).encode())}⟧"


def raised() -> Iterator[tuple[str, ast.expr]]:
    """The sentence of every error, and of every problem of the API, that is made, with its place."""
    for path in sorted(SOURCE.rglob("*.py")):
        if set(APART) & set(path.relative_to(SOURCE).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ERRORS:
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.args[0]
                elif name == "Trouble" and len(node.args) > 1:
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.args[1]


def is_untold(sentence: str) -> bool:
    """Whether the sentence stays English, or loses one of its values."""
    if len(re.sub(r"\W", "", VALUE.sub("", sentence))) < 6:
        return False  # it joins sentences that are looked at where they are made
    said = retold(sentence, "ja")
    return said == sentence or set(VALUE.findall(sentence)) != set(VALUE.findall(said))


def test_every_error_can_be_told_in_japanese() -> None:
    untold = [
        f"{place} {text}"
        for place, argument in raised()
        for text in template(argument)
        if is_untold(text)
    ]

    assert untold == []


def test_every_sentence_that_a_table_holds_can_be_told_too() -> None:
    tables = (
        *sqlite._SENTENCES.values(),
        *postgres._SENTENCES.values(),
        *oauth._SENTENCES.values(),
        oauth._GRANT_GONE,
        keyring._REMEDY,
        keeping._UNSURE,
    )

    assert [each for each in tables if is_untold(NAMED.sub(r"⟦\1⟧", each))] == []


def test_every_error_has_a_sentence_that_can_be_found() -> None:
    made_elsewhere = {
        ast.unparse(argument)
        for _, argument in raised()
        if not any(template(argument)) and not SAID_BY_THE_CATALOGUE.search(ast.unparse(argument))
    }

    assert made_elsewhere - PASSED_ON == set()


def test_both_languages_hold_the_same_values() -> None:
    for code, (english, japanese) in SAID.items():
        assert set(NAMED.findall(english)) == set(NAMED.findall(japanese)), code
        assert english != japanese or not re.search("[a-z]{3}", NAMED.sub("", english)), code


def test_no_code_is_given_twice() -> None:
    texts = (errors, errors_api, errors_crm, errors_store, errors_watching)
    parts = [each.SAID for each in texts]
    assert sum(map(len, parts)) == len(SAID)
    assert len({english for english, _ in SAID.values()}) == len(SAID)
    assert SAID.keys() & TEXTS.keys() == set()


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "There is no connection “北”. There is: main.",
            "接続「北」はありません。あるもの: main",
        ),
        (
            "HubSpot answered 'search calls' with 401: HubSpot no longer accepts the token. Connect HubSpot again (tandem connect hubspot).",
            "HubSpotが「search calls」に 401 と応答しました: HubSpotがトークンを受け付けなくなりました。HubSpotをもう一度接続してください(tandem connect hubspot)。",
        ),
        (
            "Salesforce answered 'create tasks' with 503.",
            "Salesforceが「create tasks」に 503 と応答しました。",
        ),
        (
            "HubSpot answered 'read calls' with 400: Invalid input: a, b",
            "HubSpotが「read calls」に 400 と応答しました: Invalid input: a, b",
        ),
        (
            "Salesforce refused 'refresh' (400 invalid_grant): the access granted to Tandem was withdrawn or has expired. Connect Salesforce again (tandem connect salesforce).",
            "Salesforceが「refresh」を拒否しました(400 invalid_grant): Tandemに与えられたアクセス権が取り消されたか、期限が切れました。Salesforceをもう一度接続してください(tandem connect salesforce)。",
        ),
        ("More than 5000 records would be created.", "作成されるレコードが5000件を超えます。"),
        (
            "Expected `str` of length >= 1 - at `key` in `$.set`",
            "`key` in `$.set`: 長さが1以上の `str` を指定してください",
        ),
        ("Object contains unknown field `z`", "`z` という項目はありません"),
    ],
)
def test_a_sentence_is_told_again_with_its_values(sentence: str, said: str) -> None:
    assert Messages("ja").told(sentence) == said
    assert Messages("en").told(sentence) == sentence


@pytest.mark.parametrize(
    "words",
    [
        "",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION: A task needs a campaign code.",
        "Kaputt.",
        "必須項目です。",
        "x" * 10_000 + ".",
        "a: b: c.",
    ],
)
def test_what_a_crm_says_stays_as_it_is(words: str) -> None:
    assert retold(words, "ja") == words


def test_an_error_among_the_values_of_a_text_is_told_too() -> None:
    error = tandem.errors.SettingsError("There is a connection “北” already.")

    assert "接続「北」はすでにあります。" in Messages("ja")("program.failed", problem=error)
    assert "“北” already" in Messages("en")("program.failed", problem=error)


def test_a_hostile_sentence_costs_little() -> None:
    hostile = "HubSpot answered '" + "' with : ".join("a." for _ in range(400))

    assert "a." in retold(hostile, "ja")
