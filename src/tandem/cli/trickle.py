"""
New activities for the demonstration, as another program would log them: through HubSpot's public API.

Contacts are listed and engagements created with their contact in one call [D-objects]; the
association types are HubSpot's own numbers [D-assoc-types].
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiohttp

__all__ = ["trickle"]

_EVERY = 8.0  # seconds
_CONTACT = {"calls": 194, "notes": 202, "meetings": 200, "emails": 198}

_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "calls": ("Called about the offer", "They will decide on Friday."),
        "notes": ("", "<p>Wants a second licence. <b>Ask the office.</b></p>"),
        "meetings": ("Product tour", "<p>Showed the reports; went well.</p>"),
        "emails": ("Your offer", "<p>Dear customer,</p><p>as promised, the offer.</p>"),
    },
    "ja": {
        "calls": ("見積の件で電話", "金曜日に決定するとのことです。"),
        "notes": ("", "<p>ライセンスの追加をご希望。<b>社内で確認する。</b></p>"),
        "meetings": ("製品のご紹介", "<p>レポート機能をご覧いただきました。</p>"),
        "emails": (
            "お見積書の送付",
            "<p>お世話になっております。</p><p>お見積書をお送りします。</p>",
        ),
    },
}


async def trickle(
    url: str, token: str, stop: asyncio.Event, *, language: str, tell: Callable[[str, str], None]
) -> None:
    """Log an activity every few seconds on one contact after the other, until *stop* is set."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as session:
        contacts = await _contacts(session)
        for contact, kind in zip(
            itertools.cycle(contacts), itertools.cycle(_CONTACT), strict=False
        ):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY)
            if stop.is_set():
                return
            record = _record(kind, contact, language)
            async with session.post(f"/crm/v3/objects/{kind}", json=record) as answer:
                created = await answer.json()
            tell(kind, created["id"])


async def _contacts(session: aiohttp.ClientSession) -> list[str]:
    parameters = {"limit": "100", "properties": "email"}
    async with session.get("/crm/v3/objects/contacts", params=parameters) as answer:
        page = await answer.json()
    return [each["id"] for each in page["results"] if each["properties"].get("email")]


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
        case _:
            yield from (("hs_email_subject", title), ("hs_email_html", body))
            yield from (("hs_email_status", "SENT"), ("hs_email_direction", "EMAIL"))
