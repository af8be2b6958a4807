"""Codes as sentences: reasons, endings and rules, as the command line says them too."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tandem.engine.findings import Finding
from tandem.engine.reports import Decision
from tandem.i18n import Messages
from tandem.model import Kind
from tandem.sync.policy import Language
from tandem.sync.reasons import sentence
from tandem.web.speech import Speech

__all__ = [
    "decision_sentence",
    "finding_sentences",
    "kinds_named",
    "reason_sentence",
    "reason_title",
    "stop_sentence",
]


_WORDS = re.compile(r"\s*\(…\)|[::]\s*…$")


def reason_sentence(speech: Speech, reason: str, detail: str = "", side: str = "Salesforce") -> str:
    """What a reason code means, with the CRM's own words where they are known."""
    said = speech.told(detail) or "…"
    told = sentence(reason, Language(speech.language), detail=said, side=side)
    # A browser breaks no line between our words and a code of the CRM's that follows them closely.
    return told.replace(f":{said}", f": {said}") if said != "…" else told


def reason_title(speech: Speech, reason: str) -> str:
    """The same without a CRM's words, where those stand below it."""
    return _WORDS.sub("", reason_sentence(speech, reason))


def stop_sentence(speech: Speech, reason: str, message: str = "") -> str:
    """Why a run stopped or a connection rests; our sentence where there is one, else the CRM's words."""
    messages = speech.messages
    own = messages.either(f"web.stop.{reason}", messages.either(f"stop.{reason}", ""))
    return own or speech.told(message) or reason


def decision_sentence(speech: Speech, decision: Decision) -> str:
    """Which rule decided; one that the catalogue does not know is named as it is."""
    values = ", ".join(f"{name} {value}" for name, value in decision.values.items())
    return speech.messages.either(
        f"rule.{decision.about}.{decision.rule}",
        f"{decision.about}: {decision.rule} {values}".rstrip(),
        **decision.values,
    )


def finding_sentences(messages: Messages, finding: Finding) -> tuple[str, str]:
    """What the set-up check found, and the remedy (empty where there is nothing to mend)."""
    values = {name: messages.told(value) for name, value in finding.values.items()}
    for name in ("kind", "kinds"):
        if name in values:
            codes = [code.strip() for code in values[name].split(",")]
            values[name] = messages.joined(
                [messages.either(f"kind.{code}", code) for code in codes]
            )
    key = f"doctor.{finding.code.value}"
    usual = messages.either(f"{key}.remedy", "", **values)
    return messages(key, **values), messages.either(
        f"web.doctor.{finding.code.value}", usual, **values
    )


def kinds_named(speech: Speech, kinds: Iterable[Kind]) -> str:
    return speech.messages.joined([speech(f"kind.{kind.value}") for kind in kinds])
