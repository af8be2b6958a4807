"""
News for the demonstration, as other programs would write it: through the public APIs of both CRMs.

In HubSpot contacts are listed and engagements created with their contact in one call [D-objects]; the
association types are HubSpot's own numbers [D-assoc-types]. In Salesforce tasks are created and
edited one by one [sobject].
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from tandem.clock import rest
from tandem.model import Side

__all__ = ["Account", "News", "pairs_of_tasks", "trickle"]

_EVERY = 8.0  # seconds
_CONTACT = {"calls": 194, "notes": 202, "meetings": 200, "emails": 198, "tasks": 204}
_SALESFORCE = "/services/data/v62.0"
_TASKS_OF_HUBSPOT = re.compile(r"-task-(\d+)$")

_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "calls": ("Called about the offer", "They will decide on Friday."),
        "notes": ("", "<p>Wants a second licence. <b>Ask the office.</b></p>"),
        "meetings": ("Product tour", "<p>Showed the reports; went well.</p>"),
        "emails": ("Your offer", "<p>Dear customer,</p><p>as promised, the offer.</p>"),
        "tasks": ("Send the sample", "<p>Two pieces, with the data sheet.</p>"),
        "Task": ("Ask about the delivery date", "They wanted it before the holidays."),
    },
    "ja": {
        "calls": ("見積の件で電話", "金曜日に決定するとのことです。"),
        "notes": ("", "<p>ライセンスの追加をご希望。<b>社内で確認する。</b></p>"),
        "meetings": ("製品のご紹介", "<p>レポート機能をご覧いただきました。</p>"),
        "emails": (
            "お見積書の送付",
            "<p>お世話になっております。</p><p>お見積書をお送りします。</p>",
        ),
        "tasks": ("サンプルを送付", "<p>2個、データシートを添えて。</p>"),
        "Task": ("納期の確認", "年末までの納品をご希望です。"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One simulated CRM, for a program that may write into it."""

    url: str
    token: str

    def session(self) -> aiohttp.ClientSession:
        headers = {"Authorization": f"Bearer {self.token}"}
        return aiohttp.ClientSession(self.url, headers=headers, raise_for_status=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that was made, or completed, in one CRM."""

    side: Side
    kind: str
    record_id: str
    is_completed: bool = False


async def trickle(
    hubspot: Account,
    salesforce: Account,
    stop: asyncio.Event,
    *,
    language: str,
    tell: Callable[[News], None],
) -> None:
    """Every few seconds something happens on one side or the other, until *stop* is set."""
    async with AsyncExitStack() as closing:
        there = await closing.enter_async_context(hubspot.session())
        here = await closing.enter_async_context(salesforce.session())
        async for news in _happening(there, here, language):
            tell(news)
            await rest(stop, _EVERY)
            if stop.is_set():
                return


async def _happening(
    hubspot: aiohttp.ClientSession, salesforce: aiohttp.ClientSession, language: str
) -> AsyncIterator[News]:
    """One thing after the other, without end; a task made in Salesforce is completed before the next one."""
    contacts = await _contacts(hubspot)
    people = await _people(salesforce)
    for contact, person in zip(itertools.cycle(contacts), itertools.cycle(people), strict=False):
        for kind in ("calls", "tasks"):
            yield await _logged(hubspot, kind, contact, language)
        task = await _task(salesforce, person, language)
        yield task
        for kind in ("notes", "meetings", "emails"):
            yield await _logged(hubspot, kind, contact, language)
        async with salesforce.patch(
            f"{_SALESFORCE}/sobjects/Task/{task.record_id}", json={"Status": "Completed"}
        ):
            yield News(
                side=Side.SALESFORCE, kind="Task", record_id=task.record_id, is_completed=True
            )


async def pairs_of_tasks(salesforce: Account) -> dict[str, str]:
    """Salesforce's ids of the tasks that came from HubSpot, by HubSpot's ids."""
    async with salesforce.session() as session:
        rows = await _queried(session, "SELECT Id, Tandem_Key__c FROM Task ORDER BY Id")
    found = ((_TASKS_OF_HUBSPOT.search(row["Tandem_Key__c"] or ""), row["Id"]) for row in rows)
    return {key[1]: task for key, task in found if key is not None}


async def _logged(session: aiohttp.ClientSession, kind: str, contact: str, language: str) -> News:
    record = _record(kind, contact, language)
    async with session.post(f"/crm/v3/objects/{kind}", json=record) as answer:
        created = await answer.json()
    return News(side=Side.HUBSPOT, kind=kind, record_id=created["id"])


async def _task(session: aiohttp.ClientSession, person: str, language: str) -> News:
    subject, comments = _TEXTS[language]["Task"]
    due = datetime.now(UTC) + timedelta(days=3)
    fields = {
        "Subject": subject,
        "Description": comments,
        "ActivityDate": f"{due:%Y-%m-%d}",
        "WhoId": person,
    }
    async with session.post(f"{_SALESFORCE}/sobjects/Task", json=fields) as answer:
        created = await answer.json()
    return News(side=Side.SALESFORCE, kind="Task", record_id=created["id"])


async def _contacts(session: aiohttp.ClientSession) -> list[str]:
    parameters = {"limit": "100", "properties": "email"}
    async with session.get("/crm/v3/objects/contacts", params=parameters) as answer:
        page = await answer.json()
    return [each["id"] for each in page["results"] if each["properties"].get("email")]


async def _people(session: aiohttp.ClientSession) -> list[str]:
    rows = await _queried(session, "SELECT Id FROM Contact WHERE Email != null ORDER BY Id")
    return [row["Id"] for row in rows]


async def _queried(session: aiohttp.ClientSession, soql: str) -> list[dict[str, Any]]:
    async with session.get(f"{_SALESFORCE}/query", params={"q": soql}) as answer:
        page = await answer.json()
    rows: list[dict[str, Any]] = page["records"]
    while not page["done"]:
        async with session.get(page["nextRecordsUrl"]) as answer:
            page = await answer.json()
        rows += page["records"]
    return rows


def _record(kind: str, contact: str, language: str) -> dict[str, Any]:
    return {
        "properties": dict(_properties(kind, language)),
        "associations": [
            {
                "to": {"id": contact},
                "types": [
                    {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": _CONTACT[kind],
                    }
                ],
            }
        ],
    }


def _properties(kind: str, language: str) -> Iterator[tuple[str, str]]:
    title, body = _TEXTS[language][kind]
    yield "hs_timestamp", datetime.now(UTC).isoformat(timespec="milliseconds")
    match kind:
        case "calls":
            yield from (("hs_call_title", title), ("hs_call_body", body))
            yield from (("hs_call_status", "COMPLETED"), ("hs_call_direction", "OUTBOUND"))
        case "notes":
            yield "hs_note_body", body
        case "meetings":
            yield from (("hs_meeting_title", title), ("hs_meeting_body", body))
            yield "hs_meeting_outcome", "COMPLETED"
        case "tasks":
            yield from (("hs_task_subject", title), ("hs_task_body", body))
        case _:
            yield from (("hs_email_subject", title), ("hs_email_html", body))
            yield from (("hs_email_status", "SENT"), ("hs_email_direction", "EMAIL"))
