"""Running and saving reports in one connection's org."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tandem.clock import Clock
from tandem.crm.salesforce.connector import SalesforceConnector
from tandem.crm.salesforce.reports import Folder, SavedReport
from tandem.errors import SettingsError
from tandem.mapping.ids import id18, is_salesforce_id, salesforce_url
from tandem.mapping.salesforce_reports import (
    Report,
    ReportAnswer,
    answer_of,
    report_body,
    report_type,
)
from tandem.store.connection_store import ConnectionStore

__all__ = ["Reporting"]

_SAVED = "saved_reports"
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_NO_LETTERS = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """*store* remembers under which id a report was saved, so that it is changed and not made again."""

    salesforce: SalesforceConnector
    store: ConnectionStore
    clock: Clock
    instance_url: str
    org_id: str

    async def run(self, report: Report, *, rows: bool = True) -> ReportAnswer:
        """What the report shows now; nothing is saved."""
        body = report_body(report, await self._columns(report))
        return answer_of(await self.salesforce.reports.run(body, rows=rows))

    async def run_saved(self, report_id: str) -> ReportAnswer:
        """What a report of Salesforce shows now, whoever made it; a matrix is told to be none of ours."""
        if not is_salesforce_id(report_id) or not report_id.startswith("00O"):
            raise SettingsError(
                f"{report_id!r} is not the id of a report (15 or 18 characters, 00O…)."
            )
        answer = await self.salesforce.reports.run_saved(id18(report_id), rows=True)
        if answer["reportMetadata"]["reportFormat"] not in ("TABULAR", "SUMMARY"):
            raise SettingsError("This report is a matrix or a joined one; open it in Salesforce.")
        return answer_of(answer)

    async def save(self, report: Report, folder_id: str) -> tuple[SavedReport, bool]:
        """
        Save into Salesforce, in that folder; whether it is new. A report saved before under the same code is
        changed where it still exists, and stays in the folder people put it in.
        """
        api = self.salesforce.reports
        body = report_body(report, await self._columns(report), folder_id=folder_id)
        known = self.saved_ids().get(report.code)
        if known is not None and await api.saved([known]):
            return await api.change(known, body), False
        made = await api.create(body, _developer_name(report))
        ids = {**self.saved_ids(), report.code: made.id}
        self.store.cache(_SAVED, msgspec.json.encode(ids), self.clock.now())
        return made, True

    async def saved(self) -> Mapping[str, SavedReport]:
        """The reports that Tandem saved and that still exist, by their code."""
        ids = self.saved_ids()
        found = await self.salesforce.reports.saved(list(ids.values()))
        return {code: found[each] for code, each in ids.items() if each in found}

    def saved_ids(self) -> Mapping[str, str]:
        kept = self.store.cached(_SAVED, _LONG_AGO)
        return {} if kept is None else msgspec.json.decode(kept, type=dict[str, str])

    async def folders(self) -> Sequence[Folder]:
        """Where a report can be saved; the first, without a name, is *public reports*, which everybody sees."""
        public = Folder(id=id18(self.org_id), name="")
        return [public, *await self.salesforce.reports.folders()]

    async def folder(self, named: str) -> Folder:
        """The folder of that id or name; empty: public reports."""
        found = await self.folders()
        for each in found:
            if named == each.id or named.casefold() == each.name.casefold():
                return each
        known = ", ".join(each.name for each in found[1:])
        raise SettingsError(
            f"Salesforce has no report folder {named!r} that the integration user sees"
            + (f"; it sees: {known}." if known else ".")
        )

    async def tasks(self, report: Report) -> AsyncIterator[list[dict[str, Any]]]:
        """All tasks the report means, page by page."""
        org = await self.salesforce.org()
        # As Salesforce counts days: in the zone of the user who runs the report.
        today = self.clock.now().astimezone(ZoneInfo(org.zone)).date()
        pages = self.salesforce.reports.tasks(
            report, org.task_fields, today, self.salesforce.key_field
        )
        async for rows in pages:
            yield rows

    def url(self, report_id: str) -> str:
        """Where people open the report."""
        return salesforce_url(self.instance_url, report_id)

    async def _columns(self, report: Report) -> Collection[str]:
        return await self.salesforce.reports.columns(report_type(report.about))


def _developer_name(report: Report) -> str:
    return "Tandem_" + _NO_LETTERS.sub("_", report.code).strip("_").title()[:60]
