"""The reports tab: the reports saved in the org."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tandem.sandbox.pages.listed import paged
from tandem.sandbox.pages.salesforce.reading import Reader, matching, title_of
from tandem.sandbox.pages.visit import Answer, NoSuchPage, Page, Visit
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire

ROWS = 50
_SEARCHED = ("Name", "FolderName", "Description")


class ReportPages:
    """The list of the saved reports that the user sees, and one of them."""

    def __init__(self, reader: Callable[[Visit], Reader]) -> None:
        self._reader = reader

    def listing(self, visit: Visit) -> Answer:
        reader = self._reader(visit)
        page = paged(matching(_reports(reader), visit.asked("q"), _SEARCHED), visit, ROWS)
        values = {"page": page, "rows": [_shown(reader, row) for row in page.items]}
        title = visit.words("tab.Report")
        return Page(template="salesforce/reports.html", title=title, values=values)

    def one(self, visit: Visit, report_id: str) -> Answer:
        raise NoSuchPage("missing.record")


def _reports(reader: Reader) -> list[Row]:
    if reader.state.object_for(reader.rights, "Report") is None:
        return []
    return list(reader.rows("Report"))


def _shown(reader: Reader, row: Row) -> dict[str, Any]:
    changed = row.get("LastModifiedDate")
    instant: datetime | None = from_wire(changed) if changed else None
    return {
        "to": f"/lightning/r/Report/{row['Id']}/view",
        "name": title_of(row),
        "folder": row.get("FolderName") or "",
        "owner": reader.name_of(row.get("CreatedById")),
        "changed": instant,
    }
