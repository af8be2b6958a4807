"""What happens in the shown sample after its first sync: a task edited on both sides, two days of calls, feeds and workers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tandem.bootstrap import Application
from tandem.clock import SystemClock
from tandem.model import Kind, Link, LinkState, Side
from tandem.sandbox.server import Sandbox
from tandem.store.hints import FeedHealth, FeedName, FeedPosition
from tandem.store.workers import WorkerRow

__all__ = ["MovedClock", "conflict", "crm_pages", "service", "two_days"]

_SWITCH = re.compile(r"(\[salesforce_tasks\][^\[]*?enabled = )false")
_EDITED = {
    "en": ("Send the offer by Friday", "Send the revised offer"),
    "ja": ("金曜までに見積を送付", "改訂した見積を送付"),
}
_TITLES = {
    "en": ("Asked about delivery", "Renewal", "Product tour", "Offer explained", "Call back"),
    "ja": ("納期の確認", "契約更新", "製品紹介", "見積説明", "折り返し連絡"),
}
_CALLS = (4, 9, 6, 2, 1, 0, 3, 12, 15, 8, 5, 2, 0, 1, 7, 14)
_HOURS = 3


class MovedClock(SystemClock):
    """The machine's clock, put forward."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by


async def conflict(application: Application, both: Sandbox, language: str) -> None:
    """Tasks go both ways from now on, and both sides edit one subject between two runs."""
    text = await application.settings_text("main")
    change = await application.plan_settings("main", _SWITCH.sub(r"\g<1>true", text))
    await application.save_settings("main", change, "ann@example.com")
    both.world.clock.advance(60)
    await application.sync("main")
    pair = _pairs(application, Kind.TASK)[0]
    here, there = _EDITED[language]
    edit = {"id": pair.hubspot_id, "properties": {"hs_task_subject": here}}
    both.hubspot.act("edit", {"object": "tasks", **edit})
    both.salesforce.act("edit_task", {"id": pair.salesforce_id, "fields": {"Subject": there}})
    both.world.clock.advance(60)
    await application.sync("main")


async def two_days(
    application: Application, both: Sandbox, language: str, clock: MovedClock
) -> None:
    """Calls by the hour, as a team has them, and a run after each of these times."""
    people = [each.contact_id for each in _pairs(application, Kind.CALL) if each.contact_id]
    for step, count in enumerate(_CALLS):
        for number in range(count):
            title = _TITLES[language][(step + number) % len(_TITLES[language])]
            contact = people[(step * 7 + number) % len(people)]
            both.hubspot.act("log_call", {"title": title, "contacts": [contact]})
        await application.sync("main")
        both.world.clock.advance(_HOURS * 3600)
        clock.by += timedelta(hours=_HOURS)
    await application.sync("main")


def service(application: Application, now: datetime) -> None:
    """A feed that is heard, one that is late, one that nobody set up; and two programs, one of them at work."""
    store = application.store
    for account in store.accounts():
        if account.side is Side.SALESFORCE:
            store.hints.save_feed(
                account.id, FeedName.EVENTS, FeedHealth.BEHIND, now, message="events_late"
            )
            continue
        heard = FeedPosition(name=FeedName.WEBHOOKS, lag_seconds=1.5)
        store.hints.note(account.id, [], now, position=heard)
        store.hints.save_feed(account.id, FeedName.WEBHOOKS, FeedHealth.HEALTHY, now)
        store.hints.save_feed(
            account.id, FeedName.JOURNAL, FeedHealth.OFF, now, message="journal_no_app"
        )
    for number, role in enumerate(("serve", "worker")):
        store.report_worker(
            WorkerRow(
                name=f"crm-{number + 1}:41{number}7",
                host=f"crm-{number + 1}",
                version="1.0.0",
                role=role,
                slots=8,
                started_at=now,
                seen_at=now,
            )
        )


def _pairs(application: Application, kind: Kind) -> list[Link]:
    mine = application.store.for_connection(application.store.connection("main").id)
    return [each for each in mine.in_state(LinkState.PAIRED, limit=1000) if each.kind is kind]


def crm_pages(application: Application, both: Sandbox) -> dict[str, str]:
    """The simulated CRMs' own pages by name, with whole addresses."""
    portal = both.hubspot.account.portal_id
    call = _pairs(application, Kind.CALL)[0]
    task = _pairs(application, Kind.TASK)[0]
    hubspot, salesforce = both.hubspot_url, both.salesforce_url
    return {
        "hubspot-contacts": f"{hubspot}/contacts/{portal}/objects/0-1/views/all/list",
        "hubspot-contact": f"{hubspot}/contacts/{portal}/record/0-1/{call.contact_id}",
        "hubspot-tasks": f"{hubspot}/tasks/{portal}/view/all",
        "hubspot-task": f"{hubspot}/tasks/{portal}/view/all/task/{task.hubspot_id}",
        "salesforce-tasks": f"{salesforce}/lightning/o/Task/list",
        "salesforce-task": f"{salesforce}/lightning/r/Task/{task.salesforce_id}/view",
        "salesforce-contacts": f"{salesforce}/lightning/o/Contact/list",
        "salesforce-reports": f"{salesforce}/lightning/o/Report/home",
    }
