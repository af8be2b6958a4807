"""
The people of a history: what they do in HubSpot, and what is remembered of it for judging the end.

They know nothing of Tandem. Every activity carries a word of its own, by which people find its task
in Salesforce as they would: by reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.model import Kind
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.salesforce.store import Row
from tandem.simulation.story import Act
from tandem.simulation.world import Surroundings

__all__ = ["ADDRESS", "KINDS", "Edit", "Happened", "KindOf", "Logged", "People"]

ADDRESS = "{}@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """A kind of record in HubSpot, by the vendor's names: its object, its act, and its properties."""

    object: str
    act: str
    title: str | None
    body: str
    due: str = "hs_timestamp"
    status: str | None = None
    open: str = ""
    closed: str = ""


KINDS: Mapping[Kind, KindOf] = {
    Kind.CALL: KindOf(object="calls", act="log_call", title="hs_call_title", body="hs_call_body"),
    Kind.NOTE: KindOf(object="notes", act="write_note", title=None, body="hs_note_body"),
    Kind.MEETING: KindOf(
        object="meetings",
        act="hold_meeting",
        title="hs_meeting_title",
        body="hs_meeting_body",
        due="hs_meeting_start_time",
        status="hs_meeting_outcome",
        open="SCHEDULED",
        closed="COMPLETED",
    ),
    Kind.TASK: KindOf(
        object="tasks",
        act="create_task",
        title="hs_task_subject",
        body="hs_task_body",
        status="hs_task_status",
        open="NOT_STARTED",
        closed="COMPLETED",
    ),
    Kind.SALES_EMAIL: KindOf(
        object="emails", act="send_email", title="hs_email_subject", body="hs_email_html"
    ),
    Kind.MESSAGE: KindOf(
        object="communications", act="send_message", title=None, body="hs_communication_body"
    ),
    Kind.POSTAL_MAIL: KindOf(
        object="postal_mail", act="send_letter", title=None, body="hs_postal_mail_body"
    ),
}


@dataclass(slots=True, kw_only=True)
class Logged:
    """
    An activity that somebody logged in HubSpot, or a task that somebody made in Salesforce (``origin``).

    ``word`` stands in its title or body for ever; by it people find its counterpart.
    """

    origin: str
    label: str
    kind: Kind
    hubspot_id: int | None = None
    salesforce_id: str | None = None
    word: str
    people: tuple[str, ...]
    owner: str | None
    at: float
    """The second of the history in which it was logged."""
    is_moved: bool = False
    """Whether its associations or the people on it have changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened once: a submission, an open, a click, an attendance."""

    kind: Kind
    id: str
    person: str
    at: float
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """
    Somebody put ``value`` into ``field`` (``title``, ``body``, ``due``, ``status``, ``priority``,
    ``owner``, ``person``, ``gone``) of an activity, where ``before`` was what they saw; ``is_hasty`` while
    Tandem was running.
    """

    side: str
    label: str
    field: str
    value: Any
    before: str
    at: float
    is_hasty: bool


@dataclass(slots=True)
class People:
    """
    Does acts in HubSpot and remembers them. `salesforce` does the ones in Salesforce.

    ``done`` counts acts that could be done, by their verb.
    """

    around: Surroundings
    contacts: dict[str, str] = field(default_factory=dict)
    logged: dict[str, Logged] = field(default_factory=dict)
    happened: list[Happened] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    companies: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    """Salesforce contacts, leads and accounts by label."""
    done: Counter[str] = field(default_factory=Counter)
    troubled: set[str] = field(default_factory=set)
    """Labels of people whose address, owner or record changed: what they imply is open."""
    nameless: set[str] = field(default_factory=set)
    """Contacts without an e-mail address."""
    forms: dict[str, str] = field(default_factory=dict)
    mailings: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return self.around.clock.seconds

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.around.hubspot.act(name, arguments)

    def in_hubspot(self, act: Act, *, is_hasty: bool) -> bool:
        """Do *act*; False if there is nothing to do it to."""
        return bool(getattr(self, f"_{act.verb}")(act.on, is_hasty, **act.given))

    def has_changed(
        self, side: str, label: str, name: str, value: Any, before: Any = "", *, is_hasty: bool
    ) -> bool:
        """Remember an edit."""
        self.edits.append(
            Edit(
                side=side,
                label=label,
                field=name,
                value=value,
                before=str(before or ""),
                at=self.now,
                is_hasty=is_hasty,
            )
        )
        return True

    def task_of(self, label: str) -> Row | None:
        """The Salesforce task of an activity, found by its word; once found, known for ever."""
        table = self.around.salesforce.store.table("Task").raw
        known = self.logged.get(label)
        if known is None:
            return None
        if known.salesforce_id is None:
            for task_id, row in table.items():
                if known.word in f"{row.get('Subject')} {row.get('Description')}".split():
                    known.salesforce_id = task_id
                    break
        return table.get(known.salesforce_id or "")

    def activity_of(self, label: str) -> Record | None:
        """The activity in HubSpot, the task of a Salesforce task found by its word; None once it is gone."""
        known = self.logged.get(label)
        if known is None:
            return None
        table = self.around.hubspot.crm.tables[KINDS[known.kind].object]
        if known.hubspot_id is None:
            for record in table.live.values():
                if known.word in record.values.get("hs_task_subject", "").split():
                    known.hubspot_id = record.id
                    break
        return table.live.get(known.hubspot_id or 0)

    # ------------------------------------------------------------------ contacts and owners

    def _meet(self, on: str, is_hasty: bool, has_address: bool = True, owner: str = "") -> bool:
        if on in self.contacts:
            return False
        properties = {"lastname": on}
        if has_address:
            properties["email"] = ADDRESS.format(on.lower())
        else:
            self.nameless.add(on)
        made = self.act(
            "create", object="contacts", properties=properties, owner=self.owners.get(owner)
        )
        self.contacts[on] = str(made["id"])
        return True

    def _readdress(self, on: str, is_hasty: bool, to: str) -> bool:
        if on not in self.contacts:
            return False
        self.troubled |= {on, to}
        address = ADDRESS.format(to.lower())
        self.act("edit", object="contacts", id=self.contacts[on], properties={"email": address})
        return True

    def _look_after(self, on: str, is_hasty: bool, owner: str | None) -> bool:
        if on not in self.contacts:
            return False
        self.act(
            "change_owner",
            object="contacts",
            id=self.contacts[on],
            owner=self.owners.get(owner or ""),
        )
        return True

    def _merge_contacts(self, on: str, is_hasty: bool, loser: str) -> bool:
        if on not in self.contacts or loser not in self.contacts:
            return False
        self.troubled |= {on, loser}
        self.act("merge_contacts", winner=self.contacts[on], loser=self.contacts[loser])
        return True

    def _delete_contact(self, on: str, is_hasty: bool) -> bool:
        if on not in self.contacts:
            return False
        self.troubled.add(on)
        self.act("delete", object="contacts", id=self.contacts[on])
        return True

    def _restore_contact(self, on: str, is_hasty: bool) -> bool:
        if on not in self.contacts:
            return False
        self.act("restore", object="contacts", id=self.contacts[on])
        return True

    def _found(self, on: str, is_hasty: bool) -> bool:
        """A company, known by its website's domain."""
        if on in self.companies:
            return False
        properties = {"name": on, "domain": f"{on.lower()}.example"}
        made = self.act("create", object="companies", properties=properties)
        self.companies[on] = str(made["id"])
        return True

    def _hire(self, on: str, is_hasty: bool) -> bool:
        made = self.act(
            "create_owner", email=ADDRESS.format(on.lower()), first_name=on, last_name="Owner"
        )
        self.owners[on] = str(made["id"])
        return True

    def _dismiss(self, on: str, is_hasty: bool) -> bool:
        self.troubled.add(on)
        return on in self.owners and bool(self.act("deactivate_owner", owner=self.owners[on]))

    def _take_back(self, on: str, is_hasty: bool) -> bool:
        return on in self.owners and bool(self.act("reactivate_owner", owner=self.owners[on]))

    # ------------------------------------------------------------------ activities

    def _log(
        self,
        on: str,
        is_hasty: bool,
        kind: Kind,
        people: tuple[str, ...],
        owner: str | None,
        days: int,
        word: str,
    ) -> bool:
        """An activity with a title (where its kind has one) and a body, dated some days from now."""
        known = [name for name in people if name in self.contacts]
        names = KINDS[kind]
        given: dict[str, Any] = {
            "contacts": [self.contacts[name] for name in known],
            "owner": self.owners.get(owner or ""),
            "start" if kind is Kind.MEETING else "due" if kind is Kind.TASK else "at": self._day(
                days
            ),
        }
        title = {Kind.SALES_EMAIL: "subject", Kind.TASK: "subject"}.get(kind, "title")
        if names.title is not None:
            given[title] = f"{kind.title()} {word}"
        given["html" if kind is Kind.SALES_EMAIL else "body"] = f"<p>About {word}</p>"
        made = self.act(names.act, **given)
        self.logged[on] = Logged(
            origin="hubspot",
            label=on,
            kind=kind,
            hubspot_id=int(made["id"]),
            word=word,
            people=tuple(known),
            owner=owner if owner in self.owners else None,
            at=self.now,
        )
        return True

    def _edit(self, on: str, is_hasty: bool, field: str, value: Any) -> bool:
        """A field gets a value: texts keep the activity's word, a due date is some days from now."""
        known, record = self.logged.get(on), self.activity_of(on)
        if known is None or record is None:
            return False
        names = KINDS[known.kind]
        name = {
            "title": names.title,
            "body": names.body,
            "due": names.due,
            "status": names.status,
            "priority": "hs_task_priority" if known.kind is Kind.TASK else None,
            "owner": "hubspot_owner_id",
        }[field]
        if name is None:
            return False
        written = value
        if field == "title":
            written = f"{value} {known.word}"
        elif field == "body":
            # Where there is no title the first line of the body stands for it, and keeps the word.
            mark = f"About {known.word}" if names.title is None else ""
            written = (
                f"<p>{mark}</p><p>{value}</p>" if value else (f"<p>{mark}</p>" if mark else "")
            )
        elif field == "due":
            written = self._day(value)
        elif field == "owner":
            written = self.owners.get(value or "", "")
            known.owner = value if value in self.owners else None
        before = record.values.get(name)
        self.act("edit", object=names.object, id=record.id, properties={name: written})
        if (before or "") == written:
            return True  # saved again as it stood: no edit
        return self.has_changed("hubspot", on, field, value, before, is_hasty=is_hasty)

    def _finish(self, on: str, is_hasty: bool) -> bool:
        return self._set_status(on, is_hasty, is_closed=True)

    def _reopen(self, on: str, is_hasty: bool) -> bool:
        return self._set_status(on, is_hasty, is_closed=False)

    def _set_status(self, on: str, is_hasty: bool, *, is_closed: bool) -> bool:
        known = self.logged.get(on)
        if known is None or KINDS[known.kind].status is None:
            return False
        names = KINDS[known.kind]
        return self._edit(on, is_hasty, "status", names.closed if is_closed else names.open)

    def _attach(self, on: str, is_hasty: bool, person: str) -> bool:
        return self._relate("associate", on, person)

    def _detach(self, on: str, is_hasty: bool, person: str) -> bool:
        return self._relate("disassociate", on, person)

    def _attach_company(self, on: str, is_hasty: bool, company: str) -> bool:
        return self._relate("associate", on, company, "companies", self.companies)

    def _detach_company(self, on: str, is_hasty: bool, company: str) -> bool:
        return self._relate("disassociate", on, company, "companies", self.companies)

    def _relate(
        self,
        act: str,
        on: str,
        name: str,
        table: str = "contacts",
        known_as: Mapping[str, str] | None = None,
    ) -> bool:
        ids = self.contacts if known_as is None else known_as
        known, record = self.logged.get(on), self.activity_of(on)
        if known is None or record is None or name not in ids:
            return False
        known.is_moved = True
        given = {"object": KINDS[known.kind].object, "id": record.id}
        self.act(act, **given, to_object=table, to_id=ids[name])
        return True

    def _delete(self, on: str, is_hasty: bool) -> bool:
        known, record = self.logged.get(on), self.activity_of(on)
        if known is None or record is None:
            return False
        self.act("delete", object=KINDS[known.kind].object, id=record.id)
        return self.has_changed("hubspot", on, "gone", True, is_hasty=is_hasty)

    def _restore(self, on: str, is_hasty: bool) -> bool:
        known = self.logged.get(on)
        if known is None or known.hubspot_id is None:
            return False
        self.act("restore", object=KINDS[known.kind].object, id=known.hubspot_id)
        return self.has_changed("hubspot", on, "gone", False, is_hasty=is_hasty)

    def _open_sales_email(self, on: str, is_hasty: bool, times: int = 1) -> bool:
        record = self.activity_of(on)
        return record is not None and bool(self.act("open_sales_email", id=record.id, times=times))

    def _click_sales_email(self, on: str, is_hasty: bool, times: int = 1) -> bool:
        record = self.activity_of(on)
        return record is not None and bool(self.act("click_sales_email", id=record.id, times=times))

    def _day(self, days: int) -> str:
        moment = self.around.clock.now().timestamp() + days * 86_400
        return str(int(moment) // 60 * 60_000)

    # ------------------------------------------------------------------ marketing

    def _submit(self, on: str, is_hasty: bool, person: str) -> bool:
        if on not in self.forms:
            self.forms[on] = str(self.act("create_form", name=f"Form {on}")["form"])
        made = self.act("submit_form", form=self.forms[on], email=ADDRESS.format(person.lower()))
        if person not in self.contacts and made["contact"]:
            self.contacts[person] = str(made["contact"])
        return self._happens(Kind.FORM_SUBMISSION, str(made["conversion"]), person)

    def _send_mailing(self, on: str, is_hasty: bool, person: str) -> bool:
        if on not in self.mailings:
            made = self.act("create_campaign", name=on, subject=f"News {on}")
            self.mailings[on] = str(made["campaign"])
        return self._mail(
            Kind.MARKETING_EMAIL_SENT, "send_marketing_email", on, person, is_bot=False
        )

    def _open_mailing(self, on: str, is_hasty: bool, person: str, bot: bool = False) -> bool:
        return self._mail(
            Kind.MARKETING_EMAIL_OPENED, "open_marketing_email", on, person, is_bot=bot
        )

    def _click_mailing(self, on: str, is_hasty: bool, person: str, bot: bool = False) -> bool:
        return self._mail(
            Kind.MARKETING_EMAIL_CLICKED, "click_marketing_email", on, person, is_bot=bot
        )

    def _mail(self, kind: Kind, act: str, on: str, person: str, *, is_bot: bool) -> bool:
        if on not in self.mailings:
            return False
        given = {"campaign": self.mailings[on], "to": ADDRESS.format(person.lower())}
        made = self.act(act, **given, **({"bot": True} if is_bot else {}))
        return self._happens(kind, f"{made['event']}-{made['created']}", person, is_bot=is_bot)

    def _attend(self, on: str, is_hasty: bool, person: str, state: str) -> bool:
        if person not in self.contacts:
            return False
        if on not in self.events:
            self.events[on] = str(self.act("create_marketing_event", name=on)["event"])
        made = self.act(
            "attend_event", event=self.events[on], contact=self.contacts[person], state=state
        )
        return self._happens(
            Kind.INTEGRATION_EVENT, f"{made['participation']}-{state.lower()}", person
        )

    def _happens(self, kind: Kind, event_id: str, person: str, *, is_bot: bool = False) -> bool:
        self.happened.append(
            Happened(kind=kind, id=event_id, person=person, at=self.now, is_bot=is_bot)
        )
        return True
