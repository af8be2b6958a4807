"""A contact's timeline: CRM activities, form submissions, marketing e-mail and events, newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.values import instant_ms
from tandem.sandbox.pages.hubspot import reading
from tandem.sandbox.pages.hubspot.addresses import ACTIVITIES, Addresses
from tandem.sandbox.pages.texts import Words

MARKETING = ("marketing", "forms", "events")
KINDS = (
    "tasks",
    "calls",
    "emails",
    "meetings",
    "notes",
    "communications",
    "postal_mail",
    *MARKETING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A button beside an entry: sends *do* with *fields*; *choices* is a drop-down list named `choice`."""

    do: str
    label: str
    fields: Mapping[str, str]
    choices: tuple[Any, ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the timeline. `to` is the page of the record, if it has one."""

    kind: str
    what: str
    title: str
    at: int
    body: str = ""
    to: str | None = None
    owner: str = ""
    facts: tuple[str, ...] = ()
    is_done: bool = False
    is_late: bool = False
    deeds: tuple[Deed, ...] = ()


class Timeline:
    """What happened with contacts, told in one language."""

    def __init__(self, state: HubSpotState, words: Words, at: Addresses) -> None:
        self._state = state
        self._words = words
        self._at = at

    def of(self, contact: Record, kind: str = "") -> list[Entry]:
        """A contact's entries, of one kind if that is asked for."""
        found = [each for each in self._all(contact, kind) if not kind or each.kind == kind]
        return sorted(found, key=lambda each: each.at, reverse=True)

    def entry(self, kind: str, record: Record) -> Entry:
        """One CRM activity."""
        words, values = self._words, record.values
        done = kind == "tasks" and reading.is_done(self._state, record)
        return Entry(
            kind=kind,
            what=self._what(kind, record),
            title=reading.title_of(kind, record) or words("no_title"),
            at=instant_ms(values.get("hs_timestamp", "")) or record.created,
            body=reading.body_of(kind, record),
            to=self._at.record(kind, record.id),
            owner=reading.owner_name(self._state, values.get("hubspot_owner_id")),
            facts=tuple(self._facts(kind, record)),
            is_done=done,
            is_late=kind == "tasks" and reading.is_late(self._state, record),
            deeds=tuple(self._deeds(kind, record, is_done=done)),
        )

    def _all(self, contact: Record, kind: str) -> Iterator[Entry]:
        for each in ACTIVITIES:
            if kind in ("", each):
                table = self._state.crm.tables[each]
                for target in self._state.crm.associations.targets("contacts", contact.id, each):
                    if target in table.live:
                        yield self.entry(each, table.live[target])
        addresses = addresses_of(contact)
        if kind in ("", "marketing"):
            yield from self._marketing(addresses)
        if kind in ("", "forms"):
            yield from self._submissions(addresses)
        if kind in ("", "events"):
            yield from self._attendance(contact)

    def _what(self, kind: str, record: Record) -> str:
        words, values = self._words, record.values
        if kind == "calls" and values.get("hs_call_direction") == "INBOUND":
            return words("what.calls.INBOUND")
        if kind == "emails" and values.get("hs_email_direction") == "INCOMING_EMAIL":
            return words("what.emails.INCOMING_EMAIL")
        if kind == "communications":
            return words.named("channel", values.get("hs_communication_channel_type", ""))
        return words(f"what.{kind}")

    def _facts(self, kind: str, record: Record) -> Iterator[str]:
        words, values = self._words, record.values
        if kind == "tasks":
            yield reading.status_of(self._state, words, record)
            if values.get("hs_task_priority", "NONE") != "NONE":
                yield words(
                    "fact.priority", value=words.named("priority", values["hs_task_priority"])
                )
        elif kind == "calls":
            if disposition := values.get("hs_call_disposition"):
                known = reading.options(self._state, words, "calls", "hs_call_disposition")
                yield next((one.label for one in known if one.value == disposition), disposition)
            if milliseconds := values.get("hs_call_duration"):
                minutes, seconds = divmod(int(float(milliseconds)) // 1000, 60)
                yield words("fact.duration", minutes=minutes, seconds=seconds)
        elif kind == "meetings" and (outcome := values.get("hs_meeting_outcome")):
            yield words.named("outcome", outcome)
        elif kind == "emails":
            yield words.named("email_status", values.get("hs_email_status", ""))
            for name, text in (("open", "fact.opens"), ("click", "fact.clicks")):
                if count := values.get(f"hs_email_{name}_count"):
                    yield words(text, count=count)

    def _deeds(self, kind: str, record: Record, *, is_done: bool) -> Iterator[Deed]:
        words, named = self._words, {"id": str(record.id)}
        if kind == "tasks":
            if is_done:
                yield Deed(do="reopen_task", label=words("do.reopen"), fields=named)
            else:
                yield Deed(do="complete_task", label=words("do.complete"), fields=named)
        elif kind == "emails" and record.values.get("hs_email_direction") != "INCOMING_EMAIL":
            yield Deed(do="open_email", label=words("do.let_open"), fields=named)
            yield Deed(do="click_email", label=words("do.let_click"), fields=named)
        elif kind == "meetings":
            yield Deed(
                do="set_outcome",
                label=words("do.set_outcome"),
                fields=named,
                choices=tuple(reading.choices(words, "outcome", reading.OUTCOMES)),
                chosen=record.values.get("hs_meeting_outcome", ""),
            )

    def _marketing(self, addresses: frozenset[str]) -> Iterator[Entry]:
        campaigns = self._state.feeds.campaigns
        for event in self._state.feeds.email_events:
            if str(event["recipient"]).lower() not in addresses:
                continue
            campaign = campaigns.get(int(event.get("emailCampaignId") or 0), {})
            sent = event["type"] == "SENT"
            named = {"campaign": str(campaign.get("id", "")), "to": str(event["recipient"])}
            yield Entry(
                kind="marketing",
                what=self._words.named("email_event", event["type"]),
                title=str(campaign.get("subject") or campaign.get("name") or event["recipient"]),
                at=int(event["created"]),
                facts=self._facts_of_event(event, campaign),
                deeds=self._deeds_of_campaign(named) if sent and campaign else (),
            )

    def _facts_of_event(
        self, event: Mapping[str, Any], campaign: Mapping[str, Any]
    ) -> tuple[str, ...]:
        facts = [str(campaign["name"])] if campaign.get("name") else []
        if event.get("filteredEvent"):
            facts.append(self._words("fact.bot"))
        if event.get("url"):
            facts.append(str(event["url"]))
        return tuple(facts)

    def _deeds_of_campaign(self, named: Mapping[str, str]) -> tuple[Deed, ...]:
        return (
            Deed(do="open_marketing", label=self._words("do.let_open"), fields=named),
            Deed(do="click_marketing", label=self._words("do.let_click"), fields=named),
        )

    def _submissions(self, addresses: frozenset[str]) -> Iterator[Entry]:
        feeds = self._state.feeds
        for guid, form in feeds.forms.items():
            for submission in feeds.submissions.get(guid, ()):
                values = [(str(v["name"]), str(v["value"])) for v in submission["values"]]
                emails = {value.lower() for name, value in values if name == "email"}
                if emails & addresses:
                    yield Entry(
                        kind="forms",
                        what=self._words("what.forms"),
                        title=str(form["name"]),
                        at=int(submission["submittedAt"]),
                        body="\n".join(f"{name}: {value}" for name, value in values),
                        facts=(str(submission.get("pageUrl") or ""),),
                    )

    def _attendance(self, contact: Record) -> Iterator[Entry]:
        email = contact.values.get("email")
        for each in self._state.feeds.attendance_of(str(contact.id), email):
            properties = each["properties"]
            yield Entry(
                kind="events",
                what=self._words.named("attendance", properties["attendanceState"]),
                title=str(each["associations"]["marketingEvent"].get("name") or ""),
                at=int(properties["occurredAt"]),
            )


def addresses_of(contact: Record) -> frozenset[str]:
    """Every e-mail address of a contact, in lower case."""
    listed = [contact.values.get("email", "")]
    listed += contact.values.get("hs_additional_emails", "").split(";")
    return frozenset(one.lower() for one in listed if one)
