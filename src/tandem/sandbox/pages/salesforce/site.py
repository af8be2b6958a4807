"""The pages on Salesforce's port, under Lightning's addresses."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tandem.sandbox.pages.listed import paged
from tandem.sandbox.pages.salesforce.doing import ACTING, TASK_FIELDS, Doings
from tandem.sandbox.pages.salesforce.reading import (
    RECORDS,
    Reader,
    address_of,
    matching,
    title_of,
)
from tandem.sandbox.pages.salesforce.reports import ReportPages
from tandem.sandbox.pages.salesforce.tasks import VIEWS, activity_of, shown_task, task_rows
from tandem.sandbox.pages.shown import Shown
from tandem.sandbox.pages.visit import (
    Answer,
    Choice,
    Go,
    NoSuchPage,
    Page,
    Place,
    Tab,
    Visit,
)
from tandem.sandbox.salesforce import SalesforceState
from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.ids import id18
from tandem.sandbox.salesforce.store import Row
from tandem.sandbox.salesforce.wire import from_wire
from tandem.sandbox.world import SALESFORCE

ROWS = 50
MOST_CHOICES = 500
HOME = "/lightning/o/Task/list"
_ID = r"(?P<id>[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?)"
_PREFIXED = (
    r"/(?P<id>(?:001|003|005|006|00O|00Q|00T|00U|500|701)[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?)/?"
)
_PEOPLE = ("Contact", "Lead")
_SEARCHED = ("Name", "Email", "Company", "Title", "Phone")


class SalesforcePages:
    """Contacts, leads and accounts with their activity, tasks, and the reports tab."""

    side = SALESFORCE

    def __init__(self, state: SalesforceState) -> None:
        self._state = state
        self.world = state.world
        do = Doings(state, self._acting)
        self._reports = ReportPages(self._reader)
        self.places: Sequence[Place] = (
            Place(pattern="/", show=self._home, for_browsers=True),
            Place(pattern=r"/lightning(?:/page/home)?/?", show=self._home),
            Place(pattern=r"/lightning/o/(?P<object>Contact|Lead|Account)(?:/(?:list|home))?/?", show=self._people, act=do),
            Place(pattern=r"/lightning/o/Task(?:/(?:list|home))?/?", show=self._tasks, act=do),
            Place(pattern=r"/lightning/o/Report(?:/(?:list|home))?/?", show=self._reports.listing, act=do),
            Place(pattern=rf"/lightning/r/(?:(?P<object>\w+)/)?{_ID}/view/?", show=self._record, act=do),
            Place(pattern=_PREFIXED, show=self._plain),
        )  # fmt: skip

    def settle(self) -> None:
        self._state.settle()

    def account(self) -> str:
        return str(self._state.organization.get("Name", ""))

    def tabs(self) -> Sequence[Tab]:
        return tuple(
            Tab(text=f"tab.{name}", to=f"/lightning/o/{name}/list", group=name)
            for name in ("Task", "Contact", "Lead", "Account", "Report")
        )

    def shown(self, visit: Visit) -> Shown:
        now = self.world.clock.now()
        return Shown(ZoneInfo(self._rights(visit).zone), visit.words.language, now)

    def frame(self, visit: Visit) -> Mapping[str, Any]:
        parts = visit.path.split("/")
        reader = self._reader(visit)
        acting = {"users": reader.users(), "id": self._acting(visit)}
        return {"group": parts[3] if len(parts) > 3 else "", "acting": acting}

    def elsewhere_path(self, visit: Visit) -> str:
        """The same person in HubSpot, as far as an e-mail address finds them."""
        row = self._state.store.row(id18(visit.parts["id"])) if "id" in visit.parts else None
        if row is None or not row.get("Email") or row["Id"].startswith("005"):
            return "/"
        return f"/?q={quote(row['Email'])}"

    def _acting(self, visit: Visit) -> str:
        """The user one plays: the one chosen, else the first person who is not the integration user."""
        users = self._state.store.table("User").raw
        chosen = users.get(visit.cookies.get(ACTING, ""))
        if chosen is not None and chosen.get("IsActive"):
            return str(chosen["Id"])
        people = (one for one, row in users.items() if row.get("IsActive"))
        return next(
            (one for one in people if one != self._state.integration_id),
            self._state.integration_id,
        )

    def _rights(self, visit: Visit) -> Rights:
        return self._state.rights(self._acting(visit))

    def _reader(self, visit: Visit) -> Reader:
        return Reader(self._state, self._rights(visit), visit.words, self.shown(visit))

    def _home(self, visit: Visit) -> Answer:
        del visit
        return Go(to=HOME)

    def _plain(self, visit: Visit) -> Answer:
        """`/{id}` leads to the record's Lightning address, as the org itself does."""
        record_id = id18(visit.parts["id"])
        if record_id.startswith("00O"):
            return Go(to=f"/lightning/r/Report/{record_id}/view")
        to = address_of(self._state, record_id)
        if to is None or self._reader(visit).row(record_id, even_deleted=True) is None:
            raise NoSuchPage("missing.record")
        return Go(to=to)

    def _people(self, visit: Visit) -> Answer:
        name, reader = visit.parts["object"], self._reader(visit)
        rows = matching(reader.rows(name), visit.asked("q"), _SEARCHED)
        if name == "Lead":
            rows = [row for row in rows if not row.get("IsConverted")]
        page = paged(rows, visit, ROWS)
        values = {
            "object": name,
            "page": page,
            "rows": [self._person(reader, row) for row in page.items],
        }
        return Page(
            template="salesforce/people.html", title=visit.words(f"tab.{name}"), values=values
        )

    def _person(self, reader: Reader, row: Row) -> dict[str, Any]:
        company = row.get("Company") or reader.name_of(row.get("AccountId"))
        return {
            "to": address_of(self._state, row["Id"]),
            "name": title_of(row),
            "email": row.get("Email") or row.get("Website") or "",
            "company": company or row.get("BillingCity") or "",
            "company_to": reader.link_to(row.get("AccountId")),
            "owner": reader.name_of(row.get("OwnerId")),
            "changed": from_wire(row["LastModifiedDate"]),
        }

    def _tasks(self, visit: Visit) -> Answer:
        reader = self._reader(visit)
        page = paged(task_rows(reader, visit), visit, ROWS)
        values = {
            "page": page,
            "rows": [shown_task(reader, row) for row in page.items],
            "view": visit.asked("view", "open"),
            "views": VIEWS,
            **self._for_task_form(reader),
        }
        return Page(template="salesforce/tasks.html", title=visit.words("tab.Task"), values=values)

    def _record(self, visit: Visit) -> Answer:
        record_id = id18(visit.parts["id"])
        if record_id.startswith("00O"):
            return self._reports.one(visit, record_id)
        reader = self._reader(visit)
        sobject = self._state.schema.by_id(record_id)
        if sobject is None or sobject.name not in RECORDS:
            raise NoSuchPage("missing.record")
        if visit.parts.get("object", sobject.name) != sobject.name:
            raise NoSuchPage("missing.record")
        row = reader.row(record_id, even_deleted=True)
        if row is None:
            raise NoSuchPage("missing.record")
        # The org's own fields come first: Tandem's key is one of them.
        fields = sorted(reader.fields(sobject, row), key=lambda one: not one.is_custom)
        values: dict[str, Any] = {
            "row": row,
            "object": sobject.name,
            "filled": [one for one in fields if one.value != ""],
            "empty": [one for one in fields if one.value == ""],
            **self._for_task_form(reader),
        }
        if sobject.name == "Task":
            values["task"] = shown_task(reader, row)
            template = "salesforce/task.html"
        else:
            values["open_tasks"], values["closed_tasks"] = activity_of(reader, record_id)
            values["accounts"] = self._accounts(reader) if sobject.name == "Lead" else []
            values["converted"] = self._converted(reader, row)
            template = "salesforce/record.html"
        title = title_of(row) or visit.words("no_title")
        return Page(template=template, title=title, values=values)

    def _converted(self, reader: Reader, row: Row) -> list[tuple[str, str | None]]:
        """What a lead became."""
        if not row.get("IsConverted"):
            return []
        names = ("ConvertedContactId", "ConvertedAccountId", "ConvertedOpportunityId")
        return [
            (reader.name_of(row[name]), reader.link_to(row[name]))
            for name in names
            if row.get(name)
        ]

    def _accounts(self, reader: Reader) -> list[Choice]:
        rows = sorted(reader.rows("Account"), key=title_of)[:MOST_CHOICES]
        return [Choice(value=row["Id"], label=title_of(row)) for row in rows]

    def _for_task_form(self, reader: Reader) -> dict[str, Any]:
        people = (
            Choice(value=row["Id"], label=f"{title_of(row)} ({row.get('Email') or name})")
            for name in _PEOPLE
            for row in reader.rows(name)
            if not row.get("IsConverted")
        )
        things = (
            Choice(value=row["Id"], label=title_of(row))
            for name in ("Account", "Opportunity")
            for row in reader.rows(name)
        )
        return {
            "statuses": reader.choices("Task", "Status"),
            "priorities": reader.choices("Task", "Priority"),
            "types": reader.choices("Task", "Type"),
            "users": reader.users(),
            "people": list(islice(people, MOST_CHOICES)),
            "things": list(islice(things, MOST_CHOICES)),
            "acting_id": reader.rights.user_id,
            "task_fields": TASK_FIELDS,
        }
