"""The values of a pair are told in words: no codes, no dates of another format, people by name."""

from tandem.engine.reports import Decision
from tandem.model import Field, Fields, Kind, Link, LinkState
from tandem.web.runs.sides import named, sides
from tandem.web.speech import Speech, speech_for

NAMES = {"7": "Ann Bell (7)", "005A": "Ann Bell (005A)"}


def speech(language: str) -> Speech:
    return speech_for(asked=language, cookies={"tandem_zone": "Asia/Tokyo"}, accepted="")


def told(language: str, hubspot: Fields, salesforce: Fields) -> list[tuple[str, str, str]]:
    link = Link(
        key="1-call-2",
        kind=Kind.CALL,
        hubspot_id="2",
        state=LinkState.PAIRED,
        hubspot=hubspot,
        salesforce=salesforce,
    )
    return sides(speech(language), link, NAMES)


def test_codes_dates_and_people_are_told_in_the_readers_words() -> None:
    hubspot: Fields = {
        Field.STATUS: "closed",
        Field.DUE: "2026-01-05T23:30:00+00:00",
        Field.OWNER: "7",
        Field.RELATED: "deal 11, company 12",
        Field.CALL: "outbound\x1f1946\x1fConnected",
    }
    salesforce: Fields = {
        Field.STATUS: "Completed",
        Field.DUE: "2026-01-06",
        Field.OWNER: "005A",
        Field.RELATED: "0015h",
        Field.CALL: "Outbound\x1f\x1fConnected",
        Field.TYPE: None,
    }

    assert told("ja", hubspot, salesforce) == [
        ("ステータス", "完了", "Completed"),
        ("期日", "2026/01/06 8:30", "2026/01/06"),
        ("割り当て先", "Ann Bell (7)", "Ann Bell (005A)"),
        ("関連先", "取引 11, 会社 12", "0015h"),
        ("コール", "発信 · 32:26 · Connected", "発信 · Connected"),
        ("種別", "", "(空)"),
    ]
    assert told("en", {Field.PRIORITY: "HIGH"}, {Field.STATUS: "open"}) == [
        ("status", "", "Open"),
        ("priority", "High", ""),
    ]


def test_a_decision_names_the_person_it_chose() -> None:
    decision = Decision(about="assignee", rule="activity_owner", values={"user": "005A", "x": "y"})

    assert named(decision, NAMES).values == {"user": "Ann Bell (005A)", "x": "y"}
