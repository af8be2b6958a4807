"""
Salesforce's reports through its Analytics API: run in place, saved, opened again [rep-res].

Reports are for people and send at most 2,000 rows [rep-limits]; nothing that Tandem decides rests on them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call
from tandem.crm.salesforce import soql
from tandem.crm.salesforce.reads import Query, Reader, Row
from tandem.errors import Rejected
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.mapping.salesforce_reports import About, Match, Report, Show
from tandem.model import Side

__all__ = ["Folder", "Reports", "SavedReport"]

_anything = msgspec.json.Decoder(dict[str, Any])
_TAKEN = re.compile(r"already (in use|used|exists)|duplicate", re.IGNORECASE)
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReport:
    """A report as Salesforce keeps it; ``folder`` is empty where it is private to the integration user."""

    id: str
    name: str
    folder: str = ""


class Reports:
    """The reports of one org, as far as the integration user may see them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._path = f"{reader.data_path}/analytics"

    async def columns(self, report_type: str) -> frozenset[str]:
        """The columns that a report of this type can have."""
        answer = await self._ask("report type", "GET", f"reportTypes/{quote(report_type, safe='')}")
        found = answer["reportTypeMetadata"]["categories"]
        return frozenset(name for category in found for name in category["columns"])

    async def folders(self) -> Sequence[Folder]:
        """The folders a report can be saved in, by name. A new one would be seen by nobody else at first."""
        rows = await self._reader.run_one(
            "report folders",
            "SELECT Id, Name FROM Folder WHERE Type = 'Report' AND Name != null ORDER BY Name",
        )
        return [Folder(id=id18(row["Id"]), name=row["Name"]) for row in rows]

    async def saved(self, ids: Sequence[str]) -> Mapping[str, SavedReport]:
        """Those of *ids* that still exist."""
        if not ids:
            return {}
        rows = await self._reader.run_one(
            "saved reports",
            f"SELECT Id, Name, FolderName FROM Report WHERE {soql.ids_in('Id', ids)}",
        )
        found = (
            SavedReport(id=id18(row["Id"]), name=row["Name"], folder=row.get("FolderName") or "")
            for row in rows
        )
        return {each.id: each for each in found}

    async def run(self, body: Mapping[str, Any], *, rows: bool) -> dict[str, Any]:
        """What a definition shows now, without saving it."""
        details = "true" if rows else "false"
        path = f"reports/query?includeDetails={details}"
        return await self._ask("run report", "POST", path, body)

    async def run_saved(self, report_id: str, *, rows: bool) -> dict[str, Any]:
        details = "true" if rows else "false"
        path = f"reports/{_id(report_id)}?includeDetails={details}"
        return await self._ask("run saved report", "GET", path)

    async def change(self, report_id: str, body: Mapping[str, Any]) -> SavedReport:
        """Save over a report; its type and its name for programs stay."""
        kept = {name: one for name, one in body.items() if name not in ("reportType", "folderId")}
        answer = await self._ask("save report", "PATCH", f"reports/{_id(report_id)}", kept)
        return _saved(answer)

    async def create(self, body: Mapping[str, Any], developer_name: str) -> SavedReport:
        """
        Save a new report. Its name for programs gets a number where it is taken: deleted reports keep theirs.

        Some orgs refuse to create a report of an activity type by a program; then a report of that type
        that somebody made is copied and changed.
        """
        try:
            return await self._numbered("save report", "reports", body, developer_name)
        except Rejected as refused:
            if refused.status != 400:
                raise
            example = await self._example(body["reportType"]["type"])
            if example is None:
                raise Rejected(
                    f"{refused} Tandem can copy a report instead: make one of this type in Salesforce by hand, "
                    "in a folder that the integration user sees, and save again.",
                    side=Side.SALESFORCE,
                    operation="save report",
                    status=400,
                    code=refused.code,
                ) from refused
        copied = {name: body[name] for name in ("name", "folderId") if name in body}
        made = await self._numbered(
            "copy report", f"reports?cloneId={example}", copied, developer_name
        )
        return await self.change(made.id, body)

    async def tasks(
        self, report: Report, known: Collection[str], today: date, key_field: str
    ) -> AsyncIterator[list[Row]]:
        """
        The tasks that a report means, page by page, however many: a report itself sends 2,000 at most.

        *known* are the fields of a task that the integration user sees.
        """
        fields = [each for each in _TASK_FIELDS if each.split(".")[0] in {*known, *_RELATIONS}]
        condition = _condition(report, known, today, key_field)
        statement = (
            f"SELECT {', '.join(fields)} FROM Task WHERE {condition} ORDER BY ActivityDate, Id"
        )
        async for rows in self._reader.pages("tasks of a report", Query(statement)):
            yield rows

    async def _numbered(
        self, operation: str, path: str, body: Mapping[str, Any], developer_name: str
    ) -> SavedReport:
        for number in range(1, _TRIES + 1):
            name = developer_name if number == 1 else f"{developer_name}_{number}"
            try:
                given = {**body, "developerName": name}
                return _saved(await self._ask(operation, "POST", path, given, is_write=True))
            except Rejected as refused:
                if number == _TRIES or not _TAKEN.search(str(refused)):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _example(self, report_type: str) -> str | None:
        """Some report of that type that the integration user sees."""
        rows = await self._reader.run_one(
            "reports to copy", "SELECT Id FROM Report ORDER BY LastModifiedDate DESC LIMIT 50"
        )
        for row in rows:
            path = f"reports/{_id(row['Id'])}/describe"
            try:
                found = await self._ask("report to copy", "GET", path)
            except Rejected:
                continue  # one that the integration user sees but may not open
            if found["reportMetadata"]["reportType"]["type"] == report_type:
                return id18(row["Id"])
        return None

    async def _ask(
        self,
        operation: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        is_write: bool = False,
    ) -> dict[str, Any]:
        call = Call(
            operation=operation,
            method=method,
            path=f"{self._path}/{path}",
            body=None if body is None else msgspec.json.encode({"reportMetadata": body}),
            is_write=is_write,
            timeout=130.0,  # a synchronous run may take two minutes [rep-limits]
        )
        return await self._reader.caller.fetch(call, _anything)


_RELATIONS = ("Id", "CreatedDate", "Owner", "Who", "Account")
_TASK_FIELDS = (
    "Id",
    "Subject",
    "ActivityDate",
    "Owner.Name",
    "Who.Name",
    "WhoId",
    "Account.Name",
    "Status",
    "Type",
    "CreatedDate",
)


def _condition(report: Report, known: Collection[str], today: date, key_field: str) -> str:
    person = "Contact" if report.about is About.CONTACTS else "Lead"
    found = [f"Who.Type = '{person}'"]
    if report.subjects:
        head = "" if report.match is Match.STARTS_WITH else "%"
        found.append(
            soql.any_of(f"Subject LIKE '{head}{soql.like(each)}%'" for each in report.subjects)
        )
    for field, values in (("Type", report.types), ("Status", report.statuses)):
        if values:
            found.append(soql.texts_in(field, values))
    if report.show is not Show.ALL:
        found.append(f"IsClosed = {'true' if report.show is Show.CLOSED else 'false'}")
    first, last = report.first, report.last
    if report.days is not None:
        # Salesforce's "last n days" ends today.
        first, last = today - timedelta(days=report.days - 1), today
    if first is not None:
        found.append(f"ActivityDate >= {first.isoformat()}")
    if last is not None:
        found.append(f"ActivityDate <= {last.isoformat()}")
    if report.only_tandem and key_field in known:
        found.append(f"{key_field} != null")
    return " AND ".join(found)


def _id(report_id: str) -> str:
    if not is_salesforce_id(report_id) or not report_id.startswith("00O"):
        raise ValueError(f"{report_id!r} is not the id of a report")
    return id18(report_id)


def _saved(answer: Mapping[str, Any]) -> SavedReport:
    found = answer["reportMetadata"]
    return SavedReport(id=id18(found["id"]), name=found["name"])
