from __future__ import annotations

import re
from pathlib import Path

from tandem.sync.policy import Language
from tandem.sync.reasons import Reason, sentence


def test_every_reason_has_a_sentence_in_every_language() -> None:
    for language in Language:
        for reason in Reason:
            said = sentence(reason, language, detail="X", side="Salesforce")

            assert said != reason.value
            assert said.endswith((".", "。", "X"))
            assert "{" not in said


def test_sentences_of_two_reasons_are_never_the_same() -> None:
    for language in Language:
        said = [sentence(reason, language) for reason in Reason]

        assert len(said) == len(set(said))


def test_a_missing_detail_is_a_question_mark_and_no_failure() -> None:
    assert sentence(Reason.REFUSED, Language.ENGLISH) == "? refused it: ?"


def test_salesforces_own_words_stand_in_the_sentence_as_they_are() -> None:
    words = "FIELD_CUSTOM_VALIDATION_EXCEPTION: {0} is required"

    said = sentence(Reason.REFUSED, Language.ENGLISH, side="Salesforce", detail=words)

    assert said == f"Salesforce refused it: {words}"


def test_a_code_of_a_newer_version_is_answered_as_it_is() -> None:
    assert sentence("from_the_future") == "from_the_future"


def test_codes_are_plain_words() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value) for reason in Reason)


def test_every_reason_is_explained_in_the_docs_in_its_present_words() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sync-rules.md").read_text(encoding="utf-8")

    for reason in Reason:
        english = sentence(reason, Language.ENGLISH, detail="…", side="Salesforce")
        japanese = sentence(reason, Language.JAPANESE, detail="…", side="Salesforce")
        assert f"| `{reason.value}` | {english} | {japanese} |" in page
