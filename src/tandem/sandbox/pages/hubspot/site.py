"""The pages on HubSpot's port."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tandem.sandbox.clock import from_ms
from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.errors import HubSpotError
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.pages.hubspot import reading
from tandem.sandbox.pages.hubspot.addresses import (
    ACTIVITIES,
    KIND_OF_SINGULAR,
    KIND_OF_TYPE,
    PORTAL,
    RECORD,
    Addresses,
)
from tandem.sandbox.pages.hubspot.doing import Doings
from tandem.sandbox.pages.hubspot.listing import contact_rows, task_rows
from tandem.sandbox.pages.hubspot.timeline import KINDS, Timeline
from tandem.sandbox.pages.listed import paged
from tandem.sandbox.pages.shown import Shown
from tandem.sandbox.pages.visit import Answer, Go, NoSuchPage, Page, Place, Tab, Visit
from tandem.sandbox.world import HUBSPOT

ENTRIES = 50
ROWS = 50
_SHOWN_RECORDS = ("contacts", "companies", "deals", *ACTIVITIES)


class HubSpotPages:
    """Contacts with their timelines, tasks, and a page for every activity."""

    side = HUBSPOT

    def __init__(self, state: HubSpotState) -> None:
        self._state = state
        self.world = state.world
        self._do = Doings(state, self.shown, lambda: self._at)
        list_of_contacts = rf"/contacts/{PORTAL}(?:/objects/0-1(?:/views/all/list)?)?/?"
        self.places: Sequence[Place] = (
            Place(pattern="/", show=self._home, for_browsers=True),
            Place(pattern=list_of_contacts, show=self._contacts, act=self._do),
            Place(pattern=rf"/contacts/{PORTAL}/record/0-1/{RECORD}/?", show=self._contact, act=self._do),
            Place(pattern=rf"/contacts/{PORTAL}/record/(?P<type>0-\d{{1,4}})/{RECORD}/?", show=self._record, act=self._act_on_record),
            Place(pattern=rf"/contacts/{PORTAL}/(?P<old>contact|company|deal)/{RECORD}/?", show=self._old),
            Place(pattern=rf"/tasks/{PORTAL}(?:/view/all)?/?", show=self._tasks, act=self._do),
            Place(pattern=rf"/tasks/{PORTAL}/(?:[^/]+/)*task/{RECORD}/?", show=self._task, act=self._act_on_record),
        )  # fmt: skip

    @property
    def _at(self) -> Addresses:
        return Addresses(portal=self._state.account.portal_id)

    def settle(self) -> None:
        self._state.crm.tick()

    def account(self) -> str:
        return str(self._state.account.portal_id)

    def tabs(self) -> Sequence[Tab]:
        return (
            Tab(text="tab.contacts", to=self._at.contacts, group="contacts"),
            Tab(text="tab.tasks", to=self._at.tasks, group="tasks"),
        )

    def shown(self, visit: Visit) -> Shown:
        now = self.world.clock.now()
        return Shown(self._state.account.zone(), visit.words.language, now)

    def frame(self, visit: Visit) -> Mapping[str, Any]:
        return {"group": "tasks" if visit.path.startswith("/tasks") else "contacts", "acting": None}

    def elsewhere_path(self, visit: Visit) -> str:
        """The same person in Salesforce, as far as an e-mail address finds them."""
        if visit.parts.get("id") and "/record/0-1/" in visit.path:
            found = self._state.crm.tables["contacts"].find(int(visit.parts["id"]))
            if found is not None and found.values.get("email"):
                return f"/lightning/o/Contact/list?q={quote(found.values['email'])}"
        return "/"

    def _home(self, visit: Visit) -> Answer:
        wanted = visit.asked("q")
        return Go(to=self._at.contacts + (f"?q={quote(wanted)}" if wanted else ""))

    def _old(self, visit: Visit) -> Answer:
        self._check_portal(visit)
        return Go(to=self._at.record(KIND_OF_SINGULAR[visit.parts["old"]], visit.parts["id"]))

    def _contacts(self, visit: Visit) -> Answer:
        self._check_portal(visit)
        rows = contact_rows(self._state, visit.asked("q"))
        page = paged(rows, visit, ROWS)
        values = {
            "page": page,
            "rows": [self._contact_row(one) for one in page.items],
            "owners": reading.owners(self._state),
            "forms": list(self._state.feeds.forms.values()),
        }
        return Page(
            template="hubspot/contacts.html", title=visit.words("tab.contacts"), values=values
        )

    def _contact_row(self, contact: Record) -> dict[str, Any]:
        values = contact.values
        return {
            "to": self._at.record("contacts", contact.id),
            "name": reading.name_of(contact),
            "email": values.get("email", ""),
            "company": values.get("company", ""),
            "phone": values.get("phone", ""),
            "owner": reading.owner_name(self._state, values.get("hubspot_owner_id")),
            "changed": from_ms(contact.updated),
        }

    def _contact(self, visit: Visit) -> Answer:
        contact = self._found("contacts", visit)
        if visit.asked("engagement") or visit.asked("taskId"):
            return self._to_engagement(visit)
        words = visit.words
        kind = visit.asked("kind")
        entries = Timeline(self._state, words, self._at).of(contact, kind if kind in KINDS else "")
        page = paged(entries, visit, ENTRIES)
        values = {
            "contact": contact,
            "name": reading.name_of(contact),
            "fields": self._fields_of_contact(contact, visit),
            "related": self._related(contact),
            "kinds": KINDS,
            "kind": kind,
            "page": page,
            "entries": page.items,
            "campaigns": list(self._state.feeds.campaigns.values())[::-1],
            "forms": list(self._state.feeds.forms.values()),
            "calls": reading.options(self._state, words, "calls", "hs_call_disposition"),
            **self._for_task_form(visit),
        }
        return Page(template="hubspot/contact.html", title=values["name"], values=values)

    def _to_engagement(self, visit: Visit) -> Go:
        """`?engagement=` on a contact's page names an activity of any kind."""
        wanted = visit.asked("engagement") or visit.asked("taskId")
        for kind in ACTIVITIES:
            if wanted.isdecimal() and int(wanted) in self._state.crm.tables[kind].live:
                return Go(to=self._at.record(kind, wanted))
        raise NoSuchPage("missing.record")

    def _fields_of_contact(self, contact: Record, visit: Visit) -> list[tuple[str, Any]]:
        values, words = contact.values, visit.words
        shown = self.shown(visit)
        owner = reading.owner_name(self._state, values.get("hubspot_owner_id"))
        texts = [
            (words(f"field.{name}"), values.get(name, ""))
            for name in ("email", "jobtitle", "company", "phone")
        ]
        texts += [
            (words("field.owner"), owner),
            (words("field.lifecycle"), values.get("lifecyclestage", "")),
            (words("field.conversion"), values.get("recent_conversion_event_name", "")),
        ]
        instants = [
            (words(f"field.{name}"), shown.time(reading.instant(contact, name)))
            for name in ("hs_email_last_send_date", "hs_email_last_open_date")
        ]
        record = [
            (words("field.created"), shown.time(from_ms(contact.created))),
            (words("field.changed"), shown.time(from_ms(contact.updated))),
            (words("field.id"), str(contact.id)),
        ]
        return [field for field in (*texts, *instants, *record) if field[1]]

    def _related(self, contact: Record) -> list[tuple[str, list[dict[str, str]]]]:
        found = []
        for kind, name in (("companies", "name"), ("deals", "dealname")):
            live = self._state.crm.tables[kind].live
            ids = self._state.crm.associations.targets("contacts", contact.id, kind)
            rows = [
                {"name": live[one].values.get(name, str(one)), "to": self._at.record(kind, one)}
                for one in ids
                if one in live
            ]
            if rows:
                found.append((kind, rows))
        return found

    def _tasks(self, visit: Visit) -> Answer:
        self._check_portal(visit)
        view = visit.asked("view", "open")
        rows = task_rows(self._state, view, visit.asked("q"), visit.asked("owner"))
        page = paged(rows, visit, ROWS)
        timeline = Timeline(self._state, visit.words, self._at)
        values = {
            "page": page,
            "view": view,
            "rows": [
                {
                    "id": str(one.id),
                    "entry": timeline.entry("tasks", one),
                    "due": reading.instant(one, "hs_timestamp"),
                    "changed": from_ms(one.updated),
                    "people": self._people("tasks", one),
                }
                for one in page.items
            ],
            **self._for_task_form(visit),
        }
        return Page(template="hubspot/tasks.html", title=visit.words("tab.tasks"), values=values)

    def _task(self, visit: Visit) -> Answer:
        task = self._found("tasks", visit)
        values = {
            "record": task,
            "kind": "tasks",
            "entry": Timeline(self._state, visit.words, self._at).entry("tasks", task),
            "people": self._people("tasks", task),
            "properties": self._properties("tasks", task),
            "due": self.shown(visit).field(reading.instant(task, "hs_timestamp")),
            "body": reading.body_of("tasks", task),
            **self._for_task_form(visit),
        }
        return Page(template="hubspot/task.html", title=values["entry"].title, values=values)

    def _record(self, visit: Visit) -> Answer:
        kind = KIND_OF_TYPE.get(visit.parts["type"], "")
        if kind not in _SHOWN_RECORDS:
            raise NoSuchPage
        record = self._found(kind, visit)
        if kind == "tasks":
            return self._task(visit)
        is_activity = kind in ACTIVITIES
        timeline = Timeline(self._state, visit.words, self._at)
        title = record.values.get("name") or record.values.get("dealname") or str(record.id)
        entry = timeline.entry(kind, record) if is_activity else None
        values = {
            "record": record,
            "kind": kind,
            "entry": entry,
            "people": self._people(kind, record),
            "properties": self._properties(kind, record),
        }
        named = title if entry is None else entry.title
        return Page(template="hubspot/record.html", title=named, values=values)

    def _act_on_record(self, visit: Visit) -> Go:
        """Forms of an activity's page name the activity themselves; its contacts stay as they are."""
        kind = KIND_OF_TYPE.get(visit.parts.get("type", "0-27"), "")
        if kind not in ACTIVITIES:
            raise NoSuchPage
        self._found(kind, visit)
        form = {**visit.form, "id": visit.parts["id"], "kind": kind}
        return self._do(Visit(path=visit.path, words=visit.words, query=visit.query, form=form))

    def _people(self, kind: str, record: Record) -> list[dict[str, str]]:
        return [
            {
                "name": reading.name_of(one),
                "to": self._at.record("contacts", one.id),
            }
            for one in reading.contacts_of(self._state, kind, record)
        ]

    def _properties(self, kind: str, record: Record) -> list[tuple[str, str]]:
        """Every property with its value, as the API calls it."""
        declared = self._state.crm.tables[kind].kind
        names = dict.fromkeys((*record.values, declared.created_name, declared.modified_name))
        read = self._state.crm.read
        return [(name, read(kind, record, name) or "") for name in sorted(names)]

    def _for_task_form(self, visit: Visit) -> dict[str, Any]:
        words = visit.words
        return {
            "owners": reading.owners(self._state),
            "stages": reading.stages(self._state, words),
            "priorities": reading.choices(words, "priority", reading.PRIORITIES),
            "types": reading.choices(words, "task_type", reading.TASK_TYPES),
            "outcomes": reading.choices(words, "outcome", reading.OUTCOMES),
        }

    def _check_portal(self, visit: Visit) -> None:
        if visit.parts["portal"] != str(self._state.account.portal_id):
            raise NoSuchPage("missing.portal")

    def _found(self, kind: str, visit: Visit) -> Record:
        self._check_portal(visit)
        try:
            return self._state.crm.get(kind, visit.parts["id"])
        except HubSpotError:
            raise NoSuchPage("missing.record") from None
