"""What the forms do: each becomes an act of the HubSpot state."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.pages.hubspot import reading
from tandem.sandbox.pages.hubspot.addresses import Addresses
from tandem.sandbox.pages.shown import Shown, as_html
from tandem.sandbox.pages.visit import Go, Refused, Visit

Doing = Callable[[Visit], Go]


class Doings:
    """The acts by the name a form gives in its field `do`. Each goes back to the page it came from."""

    def __init__(
        self, state: HubSpotState, shown: Callable[[Visit], Shown], at: Callable[[], Addresses]
    ) -> None:
        self._state = state
        self._shown = shown
        self._at = at
        self._known: dict[str, Doing] = {
            "click_email": self._click_email,
            "click_marketing": self._click_marketing,
            "complete_task": self._complete_task,
            "create_contact": self._create_contact,
            "create_task": self._create_task,
            "delete": self._delete,
            "edit_task": self._edit_task,
            "hold_meeting": self._hold_meeting,
            "log_call": self._log_call,
            "open_email": self._open_email,
            "open_marketing": self._open_marketing,
            "reopen_task": self._reopen_task,
            "restore_task": self._restore_task,
            "send_email": self._send_email,
            "send_marketing": self._send_marketing,
            "set_outcome": self._set_outcome,
            "submit_form": self._submit_form,
            "write_note": self._write_note,
        }

    def __call__(self, visit: Visit) -> Go:
        """Do what the form asks for; ValueError says why it cannot be done."""
        doing = self._known.get(visit.do)
        if doing is None:
            raise Refused("refused.act", act=visit.do)
        return doing(visit)

    def _log_call(self, visit: Visit) -> Go:
        minutes = visit.given("minutes")
        if minutes is not None and not minutes.isdecimal():
            raise Refused("refused.number", field=visit.words("field.minutes"))
        title = visit.needed("title", "field.title")
        self._act(
            "log_call",
            contacts=_contact(visit),
            title=title,
            body=as_html(visit.given("body")),
            owner=visit.given("owner"),
            at=self._instant(visit, "at"),
            direction=visit.given("direction") or "OUTBOUND",
            disposition=visit.given("disposition"),
            duration_ms=None if minutes is None else int(minutes) * 60_000,
        )
        return self._back(visit, "said.call_logged", subject=title)

    def _write_note(self, visit: Visit) -> Go:
        body = visit.needed("body", "field.body")
        self._act(
            "write_note",
            contacts=_contact(visit),
            body=as_html(body),
            owner=visit.given("owner"),
            at=self._instant(visit, "at"),
        )
        return self._back(visit, "said.note_written")

    def _send_email(self, visit: Visit) -> Go:
        subject = visit.needed("subject", "field.subject")
        is_incoming = visit.given("direction") == "INCOMING_EMAIL"
        body = visit.given("body")
        self._act(
            "log_incoming_email" if is_incoming else "send_email",
            contacts=_contact(visit),
            subject=subject,
            html=as_html(body),
            text=body,
            owner=visit.given("owner"),
        )
        return self._back(visit, "said.email_sent", subject=subject)

    def _open_email(self, visit: Visit) -> Go:
        self._act("open_sales_email", id=visit.needed("id", "field.id"))
        return self._back(visit, "said.opened")

    def _click_email(self, visit: Visit) -> Go:
        self._act("click_sales_email", id=visit.needed("id", "field.id"))
        return self._back(visit, "said.clicked")

    def _hold_meeting(self, visit: Visit) -> Go:
        title = visit.needed("title", "field.title")
        start, end = self._instant(visit, "start"), self._instant(visit, "end")
        if start is not None and end is not None and end < start:
            raise Refused("refused.order")
        self._act(
            "hold_meeting",
            contacts=_contact(visit),
            title=title,
            body=as_html(visit.given("body")),
            start=start,
            end=end,
            outcome=visit.given("outcome") or "SCHEDULED",
            owner=visit.given("owner"),
        )
        return self._back(visit, "said.meeting_booked", subject=title)

    def _set_outcome(self, visit: Visit) -> Go:
        outcome = visit.needed("choice", "field.outcome")
        properties = {"hs_meeting_outcome": outcome}
        self._act(
            "edit", object="meetings", id=visit.needed("id", "field.id"), properties=properties
        )
        return self._back(visit, "said.outcome_set", outcome=visit.words.named("outcome", outcome))

    def _create_task(self, visit: Visit) -> Go:
        subject = visit.needed("subject", "field.subject")
        self._act(
            "create_task",
            contacts=_contact(visit),
            subject=subject,
            body=as_html(visit.given("body")),
            due=self._instant(visit, "due"),
            status=visit.given("status") or "NOT_STARTED",
            priority=visit.given("priority"),
            type=visit.given("type"),
            owner=visit.given("owner"),
        )
        return self._back(visit, "said.task_created", subject=subject)

    def _edit_task(self, visit: Visit) -> Go:
        """Writes only what was changed, so that an edit on the other side in the meantime survives."""
        task_id = visit.needed("id", "field.id")
        task = self._state.crm.get("tasks", task_id)
        subject = visit.needed("subject", "field.subject")
        filled = {
            "hs_task_subject": subject,
            "hs_task_status": visit.given("status"),
            "hs_task_priority": visit.given("priority"),
            "hs_task_type": visit.given("type"),
            "hubspot_owner_id": visit.given("owner"),
        }
        changes: dict[str, str | None] = {
            name: value or ""
            for name, value in filled.items()
            if (value or "") != visit.form.get(f"was_{name}", task.values.get(name, ""))
        }
        if (visit.given("due") or "") != visit.form.get("was_due", ""):
            due = self._instant(visit, "due")
            if due is None:
                raise Refused("refused.empty", field=visit.words("field.due"))
            changes["hs_timestamp"] = due
        if _lines(visit.form.get("body", "")) != _lines(visit.form.get("was_body", "")):
            changes["hs_task_body"] = as_html(visit.given("body")) or ""
        if not changes:
            return self._back(visit, "said.nothing_changed")
        self._act("edit", object="tasks", id=task_id, properties=changes)
        return self._back(visit, "said.task_saved", subject=subject)

    def _complete_task(self, visit: Visit) -> Go:
        task_id = visit.needed("id", "field.id")
        self._act("complete_task", id=task_id)
        return self._back(visit, "said.task_completed", subject=self._subject(task_id))

    def _reopen_task(self, visit: Visit) -> Go:
        task_id = visit.needed("id", "field.id")
        properties = {"hs_task_status": "NOT_STARTED"}
        self._act("edit", object="tasks", id=task_id, properties=properties)
        return self._back(visit, "said.task_reopened", subject=self._subject(task_id))

    def _delete(self, visit: Visit) -> Go:
        kind, record_id = visit.needed("kind", "field.kind"), visit.needed("id", "field.id")
        record = self._state.crm.get(kind, record_id) if kind in reading.DELETABLE else None
        if record is None:
            raise Refused("refused.act", act=visit.do)
        title = reading.title_of(kind, record)
        self._act("delete", object=kind, id=record_id)
        to = self._at().tasks if kind == "tasks" else self._at().contacts
        return Go(to=to, said="said.deleted", values={"subject": title})

    def _restore_task(self, visit: Visit) -> Go:
        task_id = visit.needed("id", "field.id")
        self._act("restore", object="tasks", id=task_id)
        return self._back(visit, "said.task_restored", subject=self._subject(task_id))

    def _send_marketing(self, visit: Visit) -> Go:
        to = self._email_of(visit)
        campaign = visit.given("campaign")
        if campaign is None:
            subject = visit.needed("subject", "field.subject")
            name = visit.given("name") or subject
            campaign = str(self._act("create_campaign", name=name, subject=subject)["campaign"])
        self._act("send_marketing_email", campaign=campaign, to=to)
        return self._back(visit, "said.marketing_sent", to=to)

    def _open_marketing(self, visit: Visit) -> Go:
        campaign, to = visit.needed("campaign", "field.campaign"), visit.needed("to", "field.email")
        self._act("open_marketing_email", campaign=campaign, to=to)
        return self._back(visit, "said.opened")

    def _click_marketing(self, visit: Visit) -> Go:
        campaign, to = visit.needed("campaign", "field.campaign"), visit.needed("to", "field.email")
        self._act("click_marketing_email", campaign=campaign, to=to)
        return self._back(visit, "said.clicked")

    def _submit_form(self, visit: Visit) -> Go:
        is_own = "id" in visit.parts
        email = self._email_of(visit) if is_own else visit.needed("email", "field.email")
        given = {name: visit.given(name) for name in ("firstname", "lastname", "message")}
        made = self._act(
            "submit_form",
            form=visit.needed("form", "field.form"),
            email=email,
            values={name: value for name, value in given.items() if value is not None},
            page_title=visit.given("page_title"),
        )
        if is_own or made["contact"] is None:
            return self._back(visit, "said.form_submitted", email=email)
        to = self._at().record("contacts", made["contact"])
        return Go(to=to, said="said.form_submitted", values={"email": email})

    def _create_contact(self, visit: Visit) -> Go:
        names = ("email", "firstname", "lastname", "company", "phone")
        given = {name: visit.given(name) for name in names}
        if not any(given[name] for name in ("email", "firstname", "lastname")):
            raise Refused("refused.nameless")
        made = self._act("create", object="contacts", properties=given, owner=visit.given("owner"))
        to = self._at().record("contacts", str(made["id"]))
        named = given["email"] or given["lastname"] or given["firstname"] or ""
        return Go(to=to, said="said.contact_created", values={"name": named})

    def _act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self._state.act(name, arguments)

    def _back(self, visit: Visit, said: str, **values: str) -> Go:
        return Go(to=visit.here(), said=said, values=values)

    def _subject(self, task_id: str) -> str:
        return reading.title_of("tasks", self._state.crm.get("tasks", task_id))

    def _email_of(self, visit: Visit) -> str:
        email = self._state.crm.get("contacts", visit.parts["id"]).values.get("email")
        if not email:
            raise Refused("refused.no_email")
        return email

    def _instant(self, visit: Visit, name: str) -> str | None:
        """What was filled into a field for date and time, as the state takes it."""
        text = visit.given(name)
        if text is None:
            return None
        try:
            found: datetime = self._shown(visit).instant(text)
        except (OverflowError, ValueError):
            raise Refused("refused.instant", text=text) from None
        return found.isoformat(timespec="milliseconds")


def _contact(visit: Visit) -> list[str]:
    """The contact whose page the form stood on, or the one chosen in it."""
    chosen = visit.parts.get("id") or visit.given("contact")
    return [] if chosen is None else [chosen]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
