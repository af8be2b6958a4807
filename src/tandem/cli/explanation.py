"""Printing why one activity is where it is."""

from __future__ import annotations

from rich.text import Text

from tandem.cli.output import moment, print_rows, table
from tandem.cli.session import Session
from tandem.cli.summary import reason_sentence
from tandem.engine.reports import Decision, Event, Explanation, Verdict
from tandem.i18n import Messages
from tandem.model import Side

__all__ = ["decision_sentence", "print_explanation"]


def decision_sentence(decision: Decision, messages: Messages) -> str:
    """Which rule decided, as a sentence; a rule unknown to the catalogue is named as it is."""
    values = ", ".join(f"{name} {value}" for name, value in decision.values.items())
    return messages.either(
        f"rule.{decision.about}.{decision.rule}",
        f"{decision.about}: {decision.rule} {values}".rstrip(),
        **decision.values,
    )


def print_explanation(session: Session, answer: Explanation) -> None:
    """What is known of one record: where it stands, which rules led there, and what was done when."""
    messages = session.messages
    if answer.state is None or answer.kind is None:
        if answer.verdict is None:
            session.say("explain.unknown", asked=answer.asked, name=answer.connection)
        else:
            _print_verdict(session, answer, answer.verdict)
        return
    kind = messages(f"kind.{answer.kind.value}")
    session.say("explain.stands", kind=kind, state=messages(f"state.{answer.state.value}"))
    facts = [
        ("explain.reason", _reason(answer, messages)),
        ("explain.hubspot", answer.hubspot_url or answer.hubspot_id),
        ("explain.salesforce", answer.salesforce_url or answer.salesforce_id),
        ("explain.due", moment(answer.due_at)),
        ("explain.version", str(answer.settings_version or "")),
        ("explain.followed_by", answer.followed_by),
    ]
    for key, value in facts:
        if value:
            session.say(key, value=value)
    for decision in answer.decisions:
        session.say("explain.decision", sentence=decision_sentence(decision, messages))
    _print_agreed(session, answer)
    _print_disputes(session, answer)
    _print_history(session, answer)


def _print_verdict(session: Session, answer: Explanation, verdict: Verdict) -> None:
    """What would become of a record that Tandem has never met."""
    messages = session.messages
    side = verdict.side.title
    session.say("explain.not_met", asked=answer.asked, name=answer.connection)
    if verdict.would is None and verdict.reason:
        key = f"explain.{verdict.reason}"
        session.say(key, side=side, asked=verdict.record_id, what=verdict.detail)
        return
    kind = messages(f"kind.{answer.kind.value}") if answer.kind else ""
    if verdict.would is None:
        session.say("explain.nothing_to_do", kind=kind, side=side)
        return
    would = messages(f"operation.{verdict.would.value}")
    session.say("explain.would", kind=kind, side=side, would=would)
    if verdict.reason:
        said = reason_sentence(verdict.reason, messages, detail=verdict.detail, side=side)
        session.say("explain.reason", value=said)
    if verdict.until is not None:
        session.say("explain.due", value=moment(verdict.until))
    for decision in answer.decisions:
        session.say("explain.decision", sentence=decision_sentence(decision, messages))


def _print_agreed(session: Session, answer: Explanation) -> None:
    if not answer.agreed:
        return
    messages = session.messages
    headings = [messages("explain.field"), Side.HUBSPOT.title, Side.SALESFORCE.title]
    rows = [
        (messages(f"field.{each.field.value}"), _plain(each.hubspot), _plain(each.salesforce))
        for each in answer.agreed
    ]
    session.out.print()
    session.say("explain.agreed")
    print_rows(session.out, headings, rows)


def _plain(value: str | None) -> str:
    """Parts of one value that are kept together are shown with blanks between them."""
    return (value or "").replace("\x1f", " ").strip()


def _print_disputes(session: Session, answer: Explanation) -> None:
    messages = session.messages
    for each in answer.conflicts:
        key = "explain.dispute_restored" if each.restored_at else "explain.dispute"
        session.say(
            key,
            at=moment(each.at),
            field=messages(f"field.{each.field.value}"),
            winner=each.winner.title,
            id=each.id,
        )


def _reason(answer: Explanation, messages: Messages) -> str:
    return reason_sentence(answer.reason, messages, detail=answer.detail) if answer.reason else ""


def _print_history(session: Session, answer: Explanation) -> None:
    if not answer.history:
        return
    messages = session.messages
    rows = table(*(messages(f"explain.{name}") for name in ("when", "run", "what")))
    for event in answer.history:
        run = "" if event.run_id is None else str(event.run_id)
        rows.add_row(moment(event.at), run, Text(_event(event, messages)))
    session.out.print()
    session.out.print(rows)


def _event(event: Event, messages: Messages) -> str:
    said = [messages.either(f"event.{event.what}", event.what)]
    if event.side is not None:
        said.append(event.side.title)
    if event.reason:
        said.append(reason_sentence(event.reason, messages, detail=event.detail))
    elif event.detail:
        said.append(event.detail)
    names = [
        messages.either(f"field.{name}", name) for name, text in event.values.items() if not text
    ]
    lines = [" ".join(said), messages.joined(names)]
    lines += [f"{name}: {text}" for name, text in event.values.items() if text]
    return "\n".join(line for line in lines if line)
