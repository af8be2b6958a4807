"""The audit log of a connection, and of the installation: by page, by person, by sort of change, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from tandem.store.audit_log import AuditLog
from tandem.store.rows import AuditEntry
from tandem.store.web import Role
from tandem.web.activities.difference import Row, rows_of
from tandem.web.csv_file import csv_answer
from tandem.web.desk import NO_CONNECTION
from tandem.web.pages import get
from tandem.web.visit import Visit

__all__ = ["ROUTES"]

_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``rows`` is what a change of settings changed."""

    entry: AuditEntry
    said: str
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of the log. ``before`` is where the next page begins, 0 on the last."""

    entries: list[Entry]
    before: int
    who: str
    action: str
    people: list[tuple[str, str]]
    actions: list[tuple[str, str]]

    @property
    def is_filtered(self) -> bool:
        return bool(self.who or self.action)


def _listed(visit: Visit, connection_id: int) -> Listed:
    log = AuditLog.of(visit.desk.store)
    who, action, before = visit.param("who"), visit.param("action"), visit.param("before")
    found = log.page(
        connection_id,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=_PAGE + 1,
        who=who,
        action=action,
    )
    people, actions = log.choices(connection_id)
    anybody, anything = visit.speech("web.audit.anybody"), visit.speech("web.audit.anything")
    return Listed(
        entries=[_told(visit, entry) for _, entry in found[:_PAGE]],
        before=found[_PAGE - 1][0] if len(found) > _PAGE else 0,
        who=who,
        action=action,
        people=[("", anybody), *((each, each) for each in people if each)],
        actions=[("", anything), *sorted(_named(visit, actions), key=lambda each: each[1])],
    )


def _named(visit: Visit, actions: list[str]) -> Iterator[tuple[str, str]]:
    return ((each, _said(visit, each)) for each in actions)


def _told(visit: Visit, entry: AuditEntry) -> Entry:
    return Entry(
        entry=entry,
        said=_said(visit, entry.action),
        rows=_changes(visit, entry) if entry.action == "settings" else [],
    )


def _said(visit: Visit, action: str) -> str:
    return visit.speech.messages.either(f"web.audit.{action}", action)


def _changes(visit: Visit, entry: AuditEntry) -> list[Row]:
    return rows_of(entry.detail.splitlines(), visit.speech.messages)


async def audit(visit: Visit) -> Response:
    return visit.page(
        "audit/audit.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="audit",
        log=_listed(visit, visit.here.id),
        place=visit.at("audit"),
    )


async def installation(visit: Visit) -> Response:
    return visit.page(
        "audit/installation.html",
        log=_listed(visit, NO_CONNECTION),
        place=visit.url("/people/audit"),
    )


# --------------------------------------------------------------------------- as a file


async def export(visit: Visit) -> Response:
    return _file(visit, visit.here.id, f"tandem-audit-{visit.here.id}.csv")


async def export_installation(visit: Visit) -> Response:
    return _file(visit, NO_CONNECTION, "tandem-audit.csv")


_COLUMNS = ("at", "who", "action", "meaning", "detail")


def _file(visit: Visit, connection_id: int, name: str) -> Response:
    """All that the choices let through, times in UTC."""
    entries = AuditLog.of(visit.desk.store).all(
        connection_id, who=visit.param("who"), action=visit.param("action")
    )
    rows = (
        (each.at.isoformat(), each.who, each.action, _said(visit, each.action), each.detail)
        for each in entries
    )
    return csv_answer(name, _COLUMNS, rows)


_HERE = "/connected-apps/salesforce/{connection:int}/audit"
ROUTES = [
    get(_HERE, audit),
    get(f"{_HERE}/export.csv", export),
    get("/people/audit", installation, role=Role.ADMIN),
    get("/people/audit/export.csv", export_installation, role=Role.ADMIN),
]
