"""Which language, zone and format a reader gets."""

from datetime import UTC, datetime

import pytest

from tandem.web.speech import speech_for, zone_of

AT = datetime(2026, 11, 23, 17, 34, 5, tzinfo=UTC)


def speech(accepted: str = "", asked: str | None = None, **cookies: str):  # type: ignore[no-untyped-def]
    return speech_for(asked=asked, cookies=cookies, accepted=accepted)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("fr-FR,fr;q=0.9,ja;q=0.5,en;q=0.4", "ja"),
        ("en;q=0.1,ja;q=0.9", "ja"),
        ("de,*;q=0.5", "en"),
        ("ja;q=x,,;", "en"),
        ("ja;q=0", "en"),
    ],
)
def test_the_browsers_languages_decide_where_nobody_chose(accepted: str, language: str) -> None:
    assert language == speech(accepted).language


def test_what_was_chosen_goes_before_the_browsers_languages() -> None:
    assert speech("en", tandem_language="ja").language == "ja"
    assert speech("en", asked="ja", tandem_language="en").language == "ja"
    assert speech("ja", asked="xx", tandem_language="yy").language == "ja"


def test_dates_follow_language_region_and_zone() -> None:
    tokyo = {"tandem_zone": "Asia%2FTokyo"}

    assert speech("en-US", **tokyo).moment(AT) == "Nov 24, 2026, 2:34\u202fAM"
    assert speech("en-GB", **tokyo).moment(AT) == "24 Nov 2026, 02:34"
    assert speech("ja", **tokyo).moment(AT, seconds=True) == "2026/11/24 2:34:05"
    assert speech("ja").number(1234567) == "1,234,567"
    assert speech("en").moment(None) == "–"


def test_a_zone_that_nobody_knows_is_none() -> None:
    for name in (None, "", "Mars/Olympus", "../../etc/passwd", "x" * 1_000, "\0"):
        assert zone_of(name) is None
    assert str(zone_of("Pacific/Apia")) == "Pacific/Apia"
