"""The sample while it is being put together: chance, time, ids, and what exists so far."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tandem.sandbox.data.companies import HOMES
from tandem.sandbox.data.identity import Record, hubspot_stamp, salesforce_id, salesforce_stamp
from tandem.sandbox.data.people import Name
from tandem.sandbox.data.texts_en import ENGLISH
from tandem.sandbox.data.texts_ja import JAPANESE
from tandem.sandbox.data.words import Words

ACTIVITY_TYPES = ("calls", "notes", "meetings", "emails", "tasks", "communications", "postal_mail")
OBJECT_TYPES = ("contacts", "companies", "deals", *ACTIVITY_TYPES)
SALESFORCE_TYPES = ("Account", "Contact", "Lead", "Opportunity", "Task")

_FIRST_IDS = {
    "notes": 31_400_000_000,
    "calls": 33_200_000_000,
    "meetings": 35_100_000_000,
    "emails": 37_600_000_000,
    "tasks": 39_800_000_000,
    "communications": 41_300_000_000,
    "postal_mail": 43_700_000_000,
}
_HOURS = (*range(24),)
_HOUR_WEIGHTS = (2, 1, 1, 1, 1, 2, 3, 6, 14, 20, 20, 18, 10, 16, 20, 20, 16, 12, 8, 5, 4, 3, 4, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A HubSpot owner and the active Salesforce user that owner should be mapped to, if any."""

    id: str
    user_id: int | None
    name: str
    first: str | None = None
    last: str | None = None
    email: str
    salesforce_user: str | None
    is_queue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A HubSpot company and the Salesforce account its people's contacts belong to, if any."""

    id: str
    name: str
    mail_host: str
    account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A HubSpot contact; *counterpart* is the Salesforce contact or lead that stands for it."""

    id: str
    name: Name
    email: str | None
    other_email: str | None
    firm: Firm
    created: datetime
    counterpart: str | None


class Draft:
    """Everything the builders share. They run in a fixed order, so that a seed repeats."""

    def __init__(self, language: str, now: datetime, seed: int) -> None:
        self.language = language
        self.now = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
        self.rng = random.Random(f"{language}/{seed}")
        self.home = HOMES[language]
        self.zone = ZoneInfo(self.home.time_zone)
        self.words, self.foreign_words = (
            (JAPANESE, ENGLISH) if language == "ja" else (ENGLISH, JAPANESE)
        )
        self.objects: dict[str, list[Record]] = {kind: [] for kind in OBJECT_TYPES}
        self.associations: list[tuple[str, str, str, str]] = []
        self.salesforce: dict[str, list[Record]] = {kind: [] for kind in SALESFORCE_TYPES}
        self.feeds: dict[str, list[Record]] = {}
        self.cases: dict[str, str] = {}
        self.owners: list[Owner] = []
        self.users: list[Record] = []
        self.queue = ""
        self.integration_user = ""
        self.firms: list[Firm] = []
        self.persons: list[Person] = []
        self._hubspot_ids = dict(_FIRST_IDS)
        self._salesforce_numbers: dict[str, int] = {}

    def any_words(self) -> Words:
        """The sample's language; every eighth time or so the other one."""
        return self.foreign_words if self.rng.random() < 0.12 else self.words

    def salesforce_id(self, prefix: str) -> str:
        """The next id of a kind."""
        number = self._salesforce_numbers.get(prefix, 0) + 1
        self._salesforce_numbers[prefix] = number
        return salesforce_id(prefix, number)

    def hubspot_id(self, kind: str) -> str:
        """The next id of an activity type: ascending, with gaps."""
        self._hubspot_ids[kind] += self.rng.randint(3, 90_000)
        return str(self._hubspot_ids[kind])

    def moments(self, count: int) -> list[datetime]:
        """That many moments of the past year in ascending order, mostly in office hours."""
        step = 364 / count
        drawn = [self._moment(364 - step * (place + self.rng.random())) for place in range(count)]
        return sorted(drawn)

    def _moment(self, days_ago: float) -> datetime:
        day = (self.now - timedelta(days=days_ago)).astimezone(self.zone).date()
        hour = self.rng.choices(_HOURS, _HOUR_WEIGHTS)[0]
        minute, second = self.rng.randrange(60), self.rng.randrange(60)
        local = datetime.combine(day, time(hour, minute, second), self.zone)
        moment = local.astimezone(UTC) + timedelta(milliseconds=self.rng.randrange(1000))
        while moment > self.now - timedelta(minutes=5):
            moment -= timedelta(hours=25)
        return moment

    def past(self, moment: datetime) -> datetime:
        """*moment*, or just before now if it lies ahead."""
        return min(moment, self.now - timedelta(seconds=90))

    def changed_after(self, created: datetime) -> datetime:
        """When a record was last modified: mostly at once, else some days later."""
        if self.rng.random() < 0.6:
            return self.past(created + timedelta(milliseconds=self.rng.randint(0, 900)))
        return self.past(created + timedelta(hours=self.rng.uniform(0.1, 240)))

    def add(
        self,
        kind: str,
        record_id: str,
        properties: dict[str, Any],
        *,
        created: datetime,
        modified: datetime | None = None,
        history: dict[str, list[Record]] | None = None,
    ) -> Record:
        """Put one HubSpot record on the shelf; properties without a value are left out."""
        changed = max(modified or self.changed_after(created), created)
        names = _STAMP_NAMES.get(kind, ("hs_createdate", "hs_lastmodifieddate"))
        made, touched = hubspot_stamp(created), hubspot_stamp(changed)
        newest = [entries[0]["timestamp"] for entries in (history or {}).values()]
        touched = max([touched, *newest])
        values = {name: value for name, value in properties.items() if value is not None}
        values |= {names[0]: made, names[1]: touched, "hs_object_id": record_id}
        record: Record = {
            "id": record_id,
            "createdAt": made,
            "updatedAt": touched,
            "properties": values,
        }
        if history:
            record["history"] = history
        self.objects[kind].append(record)
        return record

    def associate(self, kind: str, record_id: str, other: str, other_ids: list[str]) -> None:
        """Join a record with others; the other direction follows from it."""
        self.associations.extend((kind, record_id, other, other_id) for other_id in other_ids)

    def audit(
        self, created: datetime, by: str, modified: datetime | None = None
    ) -> dict[str, str | bool]:
        """Salesforce's audit fields."""
        changed = salesforce_stamp(modified or self.changed_after(created))
        return {
            "IsDeleted": False,
            "CreatedDate": salesforce_stamp(created),
            "CreatedById": by,
            "LastModifiedDate": changed,
            "LastModifiedById": by,
            "SystemModstamp": changed,
        }


_STAMP_NAMES = {
    "contacts": ("createdate", "lastmodifieddate"),
    "companies": ("createdate", "hs_lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate"),
}
