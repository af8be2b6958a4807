"""
The first thing a run does: look at every write whose settlement was never saved.

A create that landed is linked, one that did not is written by the ordinary path; an update is folded
into the base field by field. Nothing is repeated before Salesforce was asked. What is left to do is due
since it was announced: this run takes it up, however the host's clock and HubSpot's differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tandem.crm.connector import TaskSeen
from tandem.engine import adopt
from tandem.engine.context import LONG_AGO, RunContext
from tandem.mapping.salesforce import FIELDS_READ, seen_in_salesforce
from tandem.model import Link, LinkState
from tandem.store.rows import History
from tandem.sync.reasons import Reason
from tandem.sync.recover import fold

__all__ = ["recover"]


async def recover(run: RunContext) -> int:
    """Settle every open intent; how many there were."""
    links = await run.db(run.store.intents)
    creates = [link for link in links if link.intent and link.intent.operation == "create"]
    others = [link for link in links if link.intent and link.intent.operation != "create"]
    if not links:
        return 0
    found = await adopt.find(run, creates, await _people(run, creates), also_by_mark=True)
    settled = [_created(run, link, found.get(link.key)) for link in creates]
    if others:
        ids = [link.salesforce_id for link in others if link.salesforce_id]
        tasks = await run.salesforce.tasks(ids, FIELDS_READ & run.org.task_fields)
        settled += [_changed(run, link, tasks.get(link.salesforce_id or "")) for link in others]
    await run.db(_save, run, settled)
    run.at("recovered")
    return len(links)


async def _people(run: RunContext, links: Sequence[Link]) -> list[str]:
    """Whom the announced tasks are on, for looking where there is no key field."""
    contact_ids = {link.contact_id for link in links if link.contact_id}
    known = await run.db(run.store.people, contact_ids, LONG_AGO)
    return sorted({each.person.id for each in known.values() if each.person is not None})


def _created(run: RunContext, link: Link, task: TaskSeen | None) -> tuple[Link, History | None]:
    intent = link.intent
    assert intent is not None
    if task is None:
        # Not there: the key makes writing it again safe, and the ordinary path does.
        again = replace(link, intent=None, state=LinkState.WAITING, reason=Reason.INTERRUPTED)
        return replace(again, due_at=intent.announced_at), None
    if task.is_deleted:
        gone = replace(
            link,
            state=LinkState.ENDED,
            reason=Reason.IN_RECYCLE_BIN,
            salesforce_id=task.id,
            intent=None,
            due_at=None,
        )
        return gone, _line(run, link, "ended", task.id)
    linked = replace(
        link,
        state=LinkState.PAIRED,
        reason="",
        detail="",
        salesforce_id=task.id,
        hubspot=intent.hubspot,
        salesforce=intent.salesforce,
        intent=None,
        attempts=0,
        due_at=intent.announced_at if link.kind.is_record else None,
        payload=None,
    )
    return linked, _line(run, link, "created", task.id)


def _changed(run: RunContext, link: Link, task: TaskSeen | None) -> tuple[Link, History | None]:
    intent = link.intent
    assert intent is not None
    if task is None or task.is_deleted:
        reason = (
            Reason.DELETED_IN_HUBSPOT
            if intent.operation == "delete"
            else Reason.DELETED_IN_SALESFORCE
        )
        ended = replace(link, state=LinkState.ENDED, reason=reason, intent=None, due_at=None)
        return ended, _line(run, link, "ended", link.salesforce_id)
    if intent.operation == "delete":
        return replace(link, intent=None, due_at=intent.announced_at), None
    hubspot, salesforce = fold(link, seen_in_salesforce(task.fields, run.marker))
    folded = replace(link, hubspot=hubspot, salesforce=salesforce, intent=None)
    return replace(folded, due_at=intent.announced_at), None


def _line(run: RunContext, link: Link, what: str, record_id: str | None) -> History:
    detail = {"recovered": True, "record_id": record_id or ""}
    return History(key=link.key, at=run.now, run_id=run.run_id, what=what, detail=detail)


def _save(run: RunContext, settled: Sequence[tuple[Link, History | None]]) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.save_links([link for link, _ in settled])
        unit.append_history([entry for _, entry in settled if entry is not None])
