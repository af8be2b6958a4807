"""What an alert says: one plain text in the recipient's language, for a mail and for a webhook alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.i18n import Messages

__all__ = ["Words", "words"]

_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A subject of one line, and a text."""

    subject: str
    text: str


def words(event: str, cause: str, facts: Mapping[str, Any], language: str, address: str) -> Words:
    """*address* is the web app's, without a slash at its end; empty where nobody has told it."""
    say = Messages(language)
    connection = _line(facts.get("connection", ""))
    if event == "test":
        lines = [say("alert.test.text")]
        if address:
            lines.append(f"{address}/alerts")
        return Words(subject=say("alert.test.subject"), text="\n\n".join(lines) + "\n")
    values = {"connection": connection, **_values(facts, say)}
    what = say(f"alert.{cause}", **values)
    lines = [what]
    message = str(facts.get("message", ""))[:_LONGEST_MESSAGE].strip()
    if event != "ended":
        if message:
            lines.append(say("alert.words", message=message))
        lines.append(say(f"alert.remedy.{cause}"))
    if facts.get("since"):
        lines.append(say(f"alert.since.{event}", since=_moment(str(facts["since"]))))
    if address and facts.get("connection_id"):
        lines.append(f"{address}/connected-apps/salesforce/{facts['connection_id']}/sync-health")
    title = say(f"alert.title.{cause}")
    subject = say(f"alert.subject.{event}", connection=connection, title=title)
    return Words(subject=_line(subject), text="\n\n".join(lines) + "\n")


def _values(facts: Mapping[str, Any], say: Messages) -> dict[str, object]:
    reason, source = str(facts.get("reason", "")), str(facts.get("source", ""))
    return {
        "reason": say.either(f"stop.{reason}", reason),
        "source": say.either(f"source.{source}", source),
        "minutes": facts.get("minutes", 0),
        "count": facts.get("count", 0),
        "more": facts.get("more", 0),
        "used": facts.get("used", 0),
        "allocation": facts.get("allocation", 0),
        "percent": facts.get("percent", 0),
    }


def _moment(iso: str) -> str:
    return f"{iso[:16].replace('T', ' ')} UTC"


def _line(text: object) -> str:
    """One line without what a mail's header could be broken with."""
    return "".join(each if each.isprintable() else " " for each in str(text))[:200]
