"""Makes a story from a seed: a few people, a few rounds of acts and troubles, and Tandem's runs between."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tandem.model import Kind
from tandem.simulation.people import KINDS
from tandem.simulation.story import Act, Keep, Moment, Pause, PutBack, Setting, Story, Sync
from tandem.simulation.troubles import trouble
from tandem.simulation.world import Crash

T = TypeVar("T")

__all__ = ["POINTS", "story_of"]

POINTS = ("announced", "written", "settled", "recovered")
"""Every point that the engine announces; a test compares them with the engine's text."""

_NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana")
_COMPANIES = ("Acme", "Globex")
_OWNERS = ("Olga", "Pete", "Quin")
_ZONES = (
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "UTC",
)
_RECORDS = tuple(KINDS)
_MARKETING = (
    Kind.FORM_SUBMISSION,
    Kind.MARKETING_EMAIL_SENT,
    Kind.MARKETING_EMAIL_OPENED,
    Kind.MARKETING_EMAIL_CLICKED,
    Kind.INTEGRATION_EVENT,
)
_COUNTED = (Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED)
_DAY = 86_400.0


def story_of(seed: int) -> Story:
    """The story of *seed*, always the same one."""
    return _Author(seed).story()


class _Author:
    """Makes up one story; knows what exists in it as far as that follows from what was made up."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random(f"{seed}/story")
        self._hearing = random.Random(f"{seed}/hearing")
        self._contacts: list[str] = []
        self._records: list[str] = []
        self._owners: list[str] = []
        self._companies: list[str] = []
        self._logged: list[tuple[str, Kind]] = []
        self._campaigns: list[str] = []
        self._days = 0.0
        self._has_backup = False
        self._setting = self._invent_setting()

    def story(self) -> Story:
        moments = self._cast()
        if self._is(0.8):
            moments += self._first_day()
        for _ in range(self._pick((1, 1, 1, 2, 2, 3))):
            moments += self._round()
        return Story(seed=self._seed, setting=self._setting, moments=tuple(moments))

    # ------------------------------------------------------------------ chance

    def _pick(self, choices: Sequence[T]) -> T:
        return self._chance.choice(choices)

    def _is(self, share: float) -> bool:
        return self._chance.random() < share

    # ------------------------------------------------------------------ the beginning

    def _invent_setting(self) -> Setting:
        task_sync = self._is(0.6)
        kinds = {self._pick(_RECORDS)}
        if self._is(0.75 if task_sync else 0.35):
            kinds.add(Kind.TASK)
        if self._is(0.3):
            kinds.add(self._pick(_RECORDS))
        if self._is(0.25):
            kinds.add(self._pick(_MARKETING))
        if self._is(0.15):
            kinds |= {Kind.SALES_EMAIL, self._pick(_COUNTED)}
        switches: dict[str, Any] = {}
        for name, values in _SWITCHES.items():
            if self._is(0.12):
                switches[name] = self._pick(values)
        return Setting(
            kinds=tuple(kind for kind in Kind if kind in kinds),
            zone=self._pick(_ZONES),
            delete_policy=self._pick(("keep", "keep", "complete", "delete")),
            conflict_rule=self._pick(("newest", "newest", "hubspot", "salesforce")),
            task_sync=task_sync,
            has_key_field=not self._is(0.15),
            has_unique_property=not self._is(0.25),
            has_feeds=self._hearing.random() < 0.5,
            # Within half a year every zone that changes its clocks does so.
            later=self._chance.randrange(0, 190) * _DAY + self._chance.randrange(0, 86_400),
            switches=switches,
        )

    def _cast(self) -> list[Moment]:
        made: list[Moment] = []
        for name in _OWNERS[: self._pick((0, 1, 2, 3))]:
            made.append(self._act("hubspot", "hire", name))
            if self._is(0.8):
                made.append(self._act("salesforce", "hire", name))
            self._owners.append(name)
        for name in _NAMES[: self._pick((2, 3, 3, 4, 5))]:
            made += self._newcomer(name)
        for name in _COMPANIES[: self._pick((0, 0, 0, 1, 2))]:
            made.append(self._act("hubspot", "found", name))
            if self._is(0.8):
                made.append(self._act("salesforce", "found", name))
            self._companies.append(name)
        return made

    def _newcomer(self, name: str) -> list[Moment]:
        made: list[Moment] = []
        if self._is(0.92):
            given = {"has_address": not self._is(0.05), "owner": self._owner() or ""}
            made.append(self._act("hubspot", "meet", name, **given))
            self._contacts.append(name)
        for table, share in (("Contact", 0.65), ("Lead", 0.3)):
            if self._is(share):
                label = f"{name} ({table})"
                made.append(self._act("salesforce", "meet", label, person=name, table=table))
                self._records.append(label)
        return made

    def _first_day(self) -> list[Moment]:
        """A few activities that are written before anything goes wrong: what later acts are about."""
        made: list[Moment] = []
        for _ in range(self._pick((2, 3, 4))):
            act = self._invent_activity()
            made += [act] if act is not None else []
        return [*made, Pause(seconds=self._pick((5.0, 30.0, 70.0))), Sync()]

    def _owner(self) -> str | None:
        return self._pick(self._owners) if self._owners and self._is(0.6) else None

    # ------------------------------------------------------------------ rounds

    def _round(self) -> list[Moment]:
        made: list[Moment] = []
        for _ in range(self._pick((1, 2, 3, 4, 5, 7))):
            act = self._invent_act()
            if act is not None:
                made += [act, *self._clash(act)]
            if self._is(0.15):
                made.append(Pause(seconds=self._chance.choice((0.5, 3.0, 30.0, 70.0))))
        for _ in range(self._pick((0, 0, 1, 1, 2))):
            made.append(trouble(self._chance))
        if self._is(0.05):
            made.append(Keep())
            self._has_backup = True
        made.append(Pause(seconds=self._gap()))
        made.append(self._sync())
        if self._is(0.2):
            made.append(Pause(seconds=self._chance.choice((1.0, 10.0, 70.0, 130.0))))
            made.append(self._sync())
        if self._has_backup and self._is(0.3):
            made.append(PutBack())
            self._has_backup = False
        return made

    def _gap(self) -> float:
        """How long Tandem lets people go on; two weeks in all at most, so that the bin keeps its records."""
        longest = 5 * _DAY - self._days
        gap = self._chance.choice((2.0, 10.0, 60.0, 130.0, 900.0, 5_000.0, 40_000.0, 1.2 * _DAY))
        gap = gap if gap <= longest else 60.0
        self._days += gap
        return gap

    def _sync(self) -> Sync:
        crashes = [self._crash() if self._is(0.3) else None]
        if self._is(0.12):
            crashes.append(self._crash() if self._is(0.3) else None)
        meanwhile = []
        if self._is(0.3):
            for _ in range(self._pick((1, 2))):
                act = self._invent_act()
                if act is not None:
                    meanwhile.append((round(self._chance.random() * 4, 2), act))
        return Sync(crashes=tuple(crashes), meanwhile=tuple(meanwhile))

    def _crash(self) -> Crash:
        if self._is(0.55):
            return Crash(point=self._pick(POINTS), nth=self._pick((1, 1, 1, 2, 3)))
        return Crash(nth=self._chance.randrange(1, 22), is_late=self._is(0.5))

    # ------------------------------------------------------------------ acts

    def _act(self, where: str, verb: str, on: str = "", /, **given: Any) -> Act:
        return Act(where=where, verb=verb, on=on, given=given)

    def _invent_act(self) -> Act | None:
        inventors: tuple[tuple[float, Callable[[], Act | None]], ...] = (
            (3.0, self._invent_activity),
            (4.0, self._invent_edit),
            (3.0, self._invent_task_edit),
            (1.8, self._invent_event),
            (1.2, self._invent_deletion),
            (1.0, self._invent_move),
            (1.6, self._invent_person),
            (0.4, self._invent_staff),
            (0.4, self._invent_setting_change),
        )
        weights = [weight for weight, _ in inventors]
        inventor = self._chance.choices(inventors, weights)[0][1]
        return inventor()

    def _invent_activity(self) -> Act | None:
        if self._setting.task_sync and self._is(0.5):
            return self._invent_job()
        on = [kind for kind in self._setting.kinds if kind in KINDS]
        kind = self._pick(on) if on and not self._is(0.08) else self._pick(_RECORDS)
        label = f"{kind.replace('_', ' ')} {len(self._logged) + 1}"
        people = self._chance.sample(
            self._contacts, min(len(self._contacts), self._pick((0, 1, 1, 1, 2, 3)))
        )
        self._logged.append((label, kind))
        return self._act(
            "hubspot",
            "log",
            label,
            kind=kind,
            people=tuple(people),
            owner=self._owner(),
            days=self._pick((-3, 0, 0, 0, 1, 2, 14)),
            word=f"zq{len(self._logged)}x",
        )

    def _invent_job(self) -> Act:
        """A task that somebody makes in Salesforce."""
        label = f"job {len(self._logged) + 1}"
        self._logged.append((label, Kind.TASK))
        given: dict[str, Any] = {"late": self._pick((5.0, 60.0))} if self._is(0.08) else {}
        return self._act(
            "salesforce",
            "make_task",
            label,
            person=self._pick(self._records) if self._records and not self._is(0.08) else None,
            owner=self._owner(),
            days=self._pick((None, -1, 0, 1, 20)),
            word=f"zq{len(self._logged)}x",
            **given,
        )

    def _one(self, *kinds: Kind) -> str | None:
        found = [label for label, kind in self._logged if not kinds or kind in kinds]
        return self._pick(found) if found else None

    def _value(self) -> str:
        return f"v{self._chance.randrange(10_000)}"

    def _invent_edit(self) -> Act | None:
        label = self._one()
        if label is None:
            return None
        field = self._pick(("title", "body", "body", "due", "owner", "status", "priority"))
        if field == "status":
            return self._act("hubspot", self._pick(("finish", "reopen")), label)
        return self._act("hubspot", "edit", label, field=field, value=self._edit_value(field))

    def _clash(self, act: Act) -> list[Act]:
        """Now and then somebody on the other side edits the same field of the same task."""
        if act.verb not in ("edit", "edit_task") or not self._is(0.35):
            return []
        if dict(self._logged).get(act.on) is not Kind.TASK:
            return []
        field = act.given["field"]
        if act.where == "hubspot":
            value = self._task_value(field)
            return [self._act("salesforce", "edit_task", act.on, field=field, value=value)]
        if field in ("person", "related"):
            return []
        return [self._act("hubspot", "edit", act.on, field=field, value=self._edit_value(field))]

    def _edit_value(self, field: str) -> Any:
        if field == "body":
            return "" if self._is(0.25) else f"Text {self._value()}"
        if field == "due":
            return self._chance.randrange(-5, 40)
        if field == "owner":
            return self._owner()
        if field == "priority":
            return self._pick(("LOW", "MEDIUM", "HIGH", "NONE"))
        return f"Title {self._value()}"

    def _invent_task_edit(self) -> Act | None:
        label = self._one()
        if label is None:
            return None
        field = self._pick(("title", "body", "due", "owner", "status", "priority", "person"))
        if field == "status":
            return self._act("salesforce", self._pick(("finish_task", "reopen_task")), label)
        value = self._task_value(field)
        return self._act("salesforce", "edit_task", label, field=field, value=value)

    def _task_value(self, field: str) -> Any:
        if field == "due" and self._is(0.2):
            return None
        if field == "priority":
            return self._pick(("High", "Normal", "Low"))
        if field == "person":
            return self._pick(self._records) if self._records else None
        return self._edit_value(field)

    def _invent_event(self) -> Act | None:
        kinds = [kind for kind in self._setting.kinds if kind not in KINDS]
        if not kinds:
            return self._invent_activity()
        kind = self._pick(kinds)
        if kind in _COUNTED:
            label = self._one(Kind.SALES_EMAIL)
            verb = "open_sales_email" if kind is Kind.SALES_EMAIL_OPENED else "click_sales_email"
            if label is None:
                return None
            return self._act("hubspot", verb, label, times=self._pick((1, 1, 2)))
        person = self._pick(_NAMES[:5])
        if kind is Kind.FORM_SUBMISSION:
            return self._act(
                "hubspot", "submit", self._pick(("Contact us", "Trial")), person=person
            )
        if kind is Kind.INTEGRATION_EVENT:
            state = self._pick(("REGISTERED", "ATTENDED", "CANCELLED", "NO_SHOW"))
            return self._act("hubspot", "attend", "Webinar", person=person, state=state)
        if kind is Kind.MARKETING_EMAIL_SENT or not self._campaigns:
            self._campaigns.append(self._pick(("Spring", "Autumn")))
            return self._act("hubspot", "send_mailing", self._campaigns[-1], person=person)
        verb = "open_mailing" if kind is Kind.MARKETING_EMAIL_OPENED else "click_mailing"
        on = self._pick(self._campaigns)
        return self._act("hubspot", verb, on, person=person, bot=self._is(0.15))

    def _invent_deletion(self) -> Act | None:
        label = self._one()
        if label is None:
            return None
        where, verbs = self._pick(
            (("hubspot", ("delete", "restore")), ("salesforce", ("delete_task", "restore_task")))
        )
        if self._is(0.05):
            return self._act("salesforce", "empty_the_bin")
        return self._act(where, verbs[0 if self._is(0.7) else 1], label)

    def _invent_move(self) -> Act | None:
        label = self._one()
        if label is None or not self._contacts:
            return None
        if self._companies and self._is(0.5):
            company = self._pick(self._companies)
            if self._is(0.4):
                given = {"field": "related", "value": company}
                return self._act("salesforce", "edit_task", label, **given)
            verb = self._pick(("attach_company", "attach_company", "detach_company"))
            return self._act("hubspot", verb, label, company=company)
        verb = self._pick(("attach", "attach", "detach"))
        return self._act("hubspot", verb, label, person=self._pick(self._contacts))

    def _invent_person(self) -> Act | None:
        name = self._pick(_NAMES[:6])
        record = self._pick(self._records) if self._records else None
        choice = self._chance.randrange(12)
        if choice < 2 or not self._contacts:
            self._contacts += [name] if name not in self._contacts else []
            return self._act(
                "hubspot", "meet", name, has_address=not self._is(0.1), owner=self._owner() or ""
            )
        if choice < 5 or record is None:
            table = self._pick(("Contact", "Contact", "Lead"))
            label = f"{name} ({table})"
            self._records += [label] if label not in self._records else []
            return self._act("salesforce", "meet", label, person=name, table=table)
        other = self._pick(self._records)
        contact = self._pick(self._contacts)
        return self._pick(
            (
                self._act("hubspot", "merge_contacts", contact, loser=self._pick(self._contacts)),
                self._act("hubspot", "readdress", contact, to=name),
                self._act("hubspot", "look_after", contact, owner=self._owner()),
                self._act("hubspot", self._pick(("delete_contact", "restore_contact")), contact),
                self._act("salesforce", "convert", record),
                self._act("salesforce", "merge", record, loser=other),
                self._act("salesforce", "readdress", record, to=name),
                self._act("salesforce", "rename", record, to=self._value()),
                self._act("salesforce", self._pick(("delete_person", "restore_person")), record),
                self._act(
                    "salesforce",
                    "close_to_tandem",
                    record,
                    level=self._pick(("read", "edit", "all")),
                ),
            )
        )

    def _invent_staff(self) -> Act | None:
        if not self._owners:
            return None
        where = self._pick(("hubspot", "salesforce"))
        return self._act(where, self._pick(("dismiss", "take_back")), self._pick(self._owners))

    def _invent_setting_change(self) -> Act:
        verb = self._pick(
            ("switch_off", "switch_on", "delete_policy", "resume", "retry", "restart")
        )
        if verb == "delete_policy":
            return self._act("tandem", verb, self._pick(("keep", "complete", "delete")))
        if verb in ("switch_on", "switch_off"):
            if self._setting.task_sync and self._is(0.4):
                return self._act("tandem", verb, "salesforce_tasks")
            return self._act("tandem", verb, self._pick(self._setting.kinds).value)
        return self._act("tandem", verb)


_SWITCHES: dict[str, tuple[Any, ...]] = {
    "search_lag_ms": (0, 1_000, 8_000, 20_000),
    "modified_bump_ms": (0, 2_000),
    "association_moves_modified": (True,),
    "association_ids": ("text",),
    "unassociated_in_batch_read": ("left_out",),
    "salesforce_properties": ("absent",),
    "task_defaults": ("empty",),
    "recycled_keys": ("held",),
    "duplicate_message": ("unknown",),
    "textarea_line_ends": ("crlf",),
    "lock_seconds": (2.0,),
    "account_recompute_moves_stamp": (True,),
    "who_access": ("edit",),
    "delete_cascades": (False,),
    "inactive_owner": ("allow",),
    "inactive_owner_edit": ("refuse",),
    "collections_unknown_field": ("request",),
    "latency_ms": (40,),
}
"""What the documents leave open and the sandbox can be either way."""
