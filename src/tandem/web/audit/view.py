"""The audit log of a connection, and of the installation."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from tandem.store.rows import AuditEntry
from tandem.store.web import Role
from tandem.web.activities.difference import Row, rows_of
from tandem.web.pages import get
from tandem.web.visit import Visit

__all__ = ["ROUTES"]

_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``rows`` is what a change of settings changed."""

    entry: AuditEntry
    said: str
    rows: list[Row]


def _told(visit: Visit, entries: list[AuditEntry]) -> list[Entry]:
    messages = visit.speech.messages
    return [
        Entry(
            entry=each,
            said=messages.either(f"web.audit.{each.action}", each.action),
            rows=rows_of(each.detail.splitlines(), messages) if each.action == "settings" else [],
        )
        for each in entries
    ]


async def audit(visit: Visit) -> Response:
    entries = visit.desk.audit(visit.here, _SHOWN)
    return visit.page(
        "audit/audit.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="audit",
        entries=_told(visit, entries),
    )


async def installation(visit: Visit) -> Response:
    return visit.page(
        "audit/installation.html", entries=_told(visit, visit.desk.audit(None, _SHOWN))
    )


ROUTES = [
    get("/connected-apps/salesforce/{connection:int}/audit", audit),
    get("/people/audit", installation, role=Role.ADMIN),
]
