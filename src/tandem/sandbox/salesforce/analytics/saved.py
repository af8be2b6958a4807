"""The org's stored reports and folders: who may see and change them, what was run and when."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce import org
from tandem.sandbox.salesforce.analytics.refusals import bad_request, forbidden, unavailable
from tandem.sandbox.salesforce.analytics.report_types import type_named
from tandem.sandbox.salesforce.ids import IdSource, id18, is_id
from tandem.sandbox.salesforce.store import Row

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

MOST_RECENT = 200
MOST_INSTANCES = 2000
INSTANCE_HOURS = 24
MOST_AT_ONCE = 20
PRIVATE_FOLDER, PUBLIC_FOLDER = "Private Reports", "Public Reports"
_FORMATS = {"TABULAR": "Tabular", "SUMMARY": "Summary", "MATRIX": "Matrix"}
_HOUR_MS = 3_600_000
_LONGEST_DEVELOPER_NAME = 80
_DEVELOPER_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One asynchronous run. `result` is its body, or None if it failed."""

    id: str
    owner_id: str
    requested_ms: int
    ready_ms: int
    details: bool
    result: Mapping[str, Any] | None


class Library:
    """Everything about reports that is not in the tables Report and Folder; `reset` forgets it."""

    def __init__(self, state: "SalesforceState") -> None:
        self._state = state
        self._definitions: dict[str, dict[str, Any]] = {}
        self._recent: dict[str, list[str]] = {}
        self._instances: dict[str, list[Instance]] = {}
        self._runs: dict[str, deque[int]] = {"Sync": deque(), "Async": deque()}
        self._ids = IdSource(state.world.random)

    def find(self, rights: "Rights", report_id: str) -> tuple[Row, dict[str, Any]]:
        """A report's row and definition; 404 if there is none that the user may see."""
        row = self._state.store.table("Report").get(id18(report_id)) if is_id(report_id) else None
        if row is None or row.get("IsDeleted") or not self.may_view(rights, str(row["OwnerId"])):
            raise unavailable()
        if self._state.faults.take_named("report_obsolete"):
            raise forbidden(
                "The report definition is obsolete. Your administrator has disabled all reports for the "
                "custom object, or its relationships have changed."
            )
        return row, self.definition(rights, str(row["Id"]))

    def definition(self, rights: "Rights", report_id: str) -> dict[str, Any]:
        """A stored definition without the columns that the user does not see or that are no more (inferred)."""
        stored = self._definitions.get(report_id)
        if stored is None:
            raise unavailable()
        kind = type_named(self._state, rights, stored["reportType"]["type"])
        visible = kind.visible_columns(self._state, rights)
        columns = [one for one in stored["detailColumns"] if one in visible]
        return {**stored, "detailColumns": columns}

    def add(self, rights: "Rights", metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Store a new report; its definition with id, unique name and folder."""
        folder = self._folder(rights, metadata.get("folderId") or rights.user_id, "create")
        name = str(metadata["name"])
        developer_name = self._unique_name("Report", metadata.get("developerName"), name)
        row = org.new_row(
            self._state,
            "Report",
            Name=name,
            DeveloperName=developer_name,
            OwnerId=folder,
            CreatedById=rights.user_id,
            LastModifiedById=rights.user_id,
        )
        stored = {**metadata, "developerName": developer_name, "folderId": folder, "id": row["Id"]}
        self._keep(rights, row, stored)
        return stored

    def save(self, rights: "Rights", row: Row, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Replace a report's definition. Runs in the background are deleted with it ([rep-save])."""
        self.check_edit(rights, row)
        old = str(row["OwnerId"])
        wanted = metadata.get("folderId") or old
        folder = old if id18(wanted) == old else self._folder(rights, wanted, "edit")
        developer_name = str(metadata.get("developerName") or row["DeveloperName"])
        if developer_name != row["DeveloperName"]:
            developer_name = self._unique_name("Report", developer_name, "")
        stored = {**metadata, "developerName": developer_name, "folderId": folder, "id": row["Id"]}
        self._keep(rights, row, stored)
        self._instances.pop(str(row["Id"]), None)
        return stored

    def remove(self, rights: "Rights", row: Row) -> None:
        """To the recycle bin; runs in the background are cancelled ([rep-delete])."""
        self.check_edit(rights, row)
        table = self._state.store.table("Report")
        stamp = self._state.stamp()
        table.put({**row, "IsDeleted": True, "SystemModstamp": stamp})
        table.deleted_at[str(row["Id"])] = stamp
        self._instances.pop(str(row["Id"]), None)
        self._commit()

    def check_edit(self, rights: "Rights", row: Row) -> None:
        """Whoever saves or deletes needs the right in the report's folder."""
        if not self.may_save_in(rights, str(row["OwnerId"])):
            raise forbidden("You don’t have permission to edit reports in the given folder.")

    def may_view(self, rights: "Rights", folder_id: str) -> bool:
        """Own private reports, public ones, and those of folders that are not hidden from the user."""
        if folder_id.startswith("005"):
            return folder_id == rights.user_id
        folder = self._state.store.table("Folder").get(folder_id)
        if folder is None:
            return folder_id == self._state.org_id
        hidden = folder.get("AccessType") == "Hidden"
        return not hidden or self._owns(rights, folder) or rights.may("ViewAllData")

    def may_save_in(self, rights: "Rights", folder_id: str) -> bool:
        if folder_id == rights.user_id:
            return rights.may("CreateCustomizeReports")
        if not self.may_view(rights, folder_id):
            return False
        folder = self._state.store.table("Folder").get(folder_id)
        owns = folder is not None and self._owns(rights, folder)
        return owns or rights.may("ManageReportsInPubFolders")

    def note_view(self, rights: "Rights", row: Row) -> None:
        """The report is now the one the user viewed last."""
        recent = self._recent.setdefault(rights.user_id, [])
        report_id = str(row["Id"])
        if report_id in recent:
            recent.remove(report_id)
        recent.insert(0, report_id)

    def note_run(self, row: Row) -> None:
        """LastRunDate moves, the stamps do not."""
        stamp = self._state.stamp()
        changed = {
            **row,
            "LastRunDate": stamp,
            "LastViewedDate": stamp,
            "LastReferencedDate": stamp,
        }
        self._state.store.table("Report").put(changed)
        self._commit()

    def recent(self, rights: "Rights") -> list[Row]:
        """The reports the user viewed last, the last one first; 200 at most."""
        table = self._state.store.table("Report")
        rows = (table.get(one) for one in self._recent.get(rights.user_id, ()))
        seen = [
            row
            for row in rows
            if row is not None
            and not row.get("IsDeleted")
            and self.may_view(rights, str(row["OwnerId"]))
        ]
        return seen[:MOST_RECENT]

    def type_of(self, report_id: str) -> str:
        return str(self._definitions[report_id]["reportType"]["type"])

    def count_run(self, kind: str) -> None:
        """Note a run ("Sync" or "Async"); 403 when the hour's are used up and limits are real."""
        take, world = self._state.faults.take_named, self._state.world
        most = int(self._state.switches[f"analytics_{kind.lower()}_runs"])
        runs, now = self._runs[kind], world.clock.now_ms()
        while runs and runs[0] <= now - _HOUR_MS:
            runs.popleft()
            self._state.limits.note(f"Hourly{kind}ReportRuns", -1)
        if take("report_run_limit") or (world.limits == "real" and len(runs) >= most):
            raise forbidden(
                f"You can't run more than {most} reports {kind.lower()}hronously every 60 minutes. "
                "Try again later."
            )
        if take("report_concurrency"):
            raise forbidden(
                "Reports and Dashboards REST API can't process the request because it can accept only as "
                f"many as {MOST_AT_ONCE} requests at a time to run reports synchronously."
            )
        runs.append(now)
        self._state.limits.note(f"Hourly{kind}ReportRuns")

    def start(
        self, rights: "Rights", row: Row, *, details: bool, result: Mapping[str, Any] | None
    ) -> Instance:
        """Keep an asynchronous run until a day has passed."""
        now = self._state.world.clock.now_ms()
        made = Instance(
            id=self._ids.make("0LG"),
            owner_id=rights.user_id,
            requested_ms=now,
            ready_ms=now + int(float(self._state.switches["analytics_seconds"]) * 1000),
            details=details,
            result=result,
        )
        self._instances.setdefault(str(row["Id"]), []).insert(0, made)
        return made

    def instances(self, row: Row) -> list[Instance]:
        """The runs of the last 24 hours, the last one first; 2,000 at most."""
        oldest = self._state.world.clock.now_ms() - INSTANCE_HOURS * _HOUR_MS
        kept = [one for one in self._instances.get(str(row["Id"]), ()) if one.requested_ms > oldest]
        self._instances[str(row["Id"])] = kept
        return kept[:MOST_INSTANCES]

    def instance(self, row: Row, instance_id: str) -> Instance:
        for one in self.instances(row):
            if one.id[:15] == instance_id[:15]:
                return one
        raise unavailable()

    def drop(self, row: Row, gone: Instance) -> None:
        self._instances[str(row["Id"])] = [one for one in self.instances(row) if one is not gone]

    def rename_folder(self, folder: Row) -> None:
        """Reports say the name of their folder."""
        table = self._state.store.table("Report")
        for row in list(table.raw.values()):
            if row.get("OwnerId") == folder["Id"]:
                table.put({**row, "FolderName": folder["Name"]})

    def unique_folder_name(self, wanted: object, label: str) -> str:
        return self._unique_name("Folder", wanted, label)

    def _keep(self, rights: "Rights", row: Row, stored: dict[str, Any]) -> None:
        stamp = self._state.stamp()
        changed = {
            **row,
            "Name": stored["name"],
            "DeveloperName": stored["developerName"],
            "Description": stored.get("description"),
            "Format": _FORMATS[stored["reportFormat"]],
            "OwnerId": stored["folderId"],
            "FolderName": self._folder_name(stored["folderId"]),
            "LastModifiedById": rights.user_id,
            "LastModifiedDate": stamp,
            "SystemModstamp": stamp,
        }
        self._state.store.table("Report").put(changed)
        self._definitions[str(row["Id"])] = stored
        self._commit()
        self.note_view(rights, changed)

    def _folder(self, rights: "Rights", wanted: str, doing: str) -> str:
        folder_id = id18(wanted) if is_id(wanted) else ""
        folder = self._state.store.table("Folder").get(folder_id)
        known = folder is not None and folder.get("Type") == "Report"
        if folder_id not in (rights.user_id, self._state.org_id) and not known:
            raise bad_request("The report folder ID must be a valid folder ID.")
        if not self.may_save_in(rights, folder_id):
            ending = "create" if doing == "create" else "edit"
            raise forbidden(f"You don't have permission to {ending} reports in the given folder.")
        return folder_id

    def _folder_name(self, folder_id: str) -> str:
        if folder_id.startswith("005"):
            return PRIVATE_FOLDER
        if folder_id == self._state.org_id:
            return PUBLIC_FOLDER
        return str(self._state.store.table("Folder").raw[folder_id]["Name"])

    def _owns(self, rights: "Rights", folder: Row) -> bool:
        return folder.get("CreatedById") == rights.user_id

    def _unique_name(self, object_name: str, wanted: object, label: str) -> str:
        """A DeveloperName nobody has, not even a deleted record: the given one, or one made of the label."""
        rows = self._state.store.table(object_name).raw.values()
        taken = {str(row.get("DeveloperName")).casefold() for row in rows}
        if wanted:
            if not isinstance(wanted, str) or not _DEVELOPER_NAME.fullmatch(wanted):
                raise bad_request(
                    f"The unique name {wanted} can only contain underscores and alphanumeric characters. "
                    "It must begin with a letter, not include spaces, not end with an underscore, and "
                    "not contain two consecutive underscores."
                )
            if wanted.casefold() in taken:
                raise bad_request(f"The unique name {wanted} is already in use.")
            return wanted
        words = "_".join(re.findall(r"[A-Za-z0-9]+", label))[: _LONGEST_DEVELOPER_NAME - 5]
        base = words if words[:1].isalpha() else f"{object_name}_{words}".rstrip("_")
        made, number = base, 1
        while made.casefold() in taken:
            number += 1
            made = f"{base}_{number}"
        return made

    def _commit(self) -> None:
        self._state.end_write(self._state.stamp(), {}, 0.0)


def library_of(state: "SalesforceState") -> Library:
    """The reports of an org."""
    found = state.extensions.get("analytics")
    if not isinstance(found, Library):
        found = state.extensions["analytics"] = Library(state)
    return found
