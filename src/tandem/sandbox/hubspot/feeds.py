"""
Marketing activity, which HubSpot lets others read only: forms and submissions, e-mail events and
campaigns, marketing events and attendance, event occurrences, files.
"""

import base64
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.values import instant_ms, is_whole, stamp

EMAIL_EVENT_TYPES = (
    "SENT", "DROPPED", "PROCESSED", "DELIVERED", "DEFERRED", "BOUNCE", "OPEN", "CLICK", "PRINT",
    "FORWARD", "STATUSCHANGE", "SPAMREPORT", "SUPPRESSED", "UNBOUNCE",
)  # fmt: skip
ATTENDANCE_STATES = ("REGISTERED", "ATTENDED", "CANCELLED", "NO_SHOW", "EMPTY")

Item = dict[str, Any]


class Stream:
    """Items ordered by time, read in pages whose mark stays good while newer items arrive."""

    __slots__ = ("_id_key", "_items", "_time_key")

    def __init__(self, time_key: str, id_key: str) -> None:
        self._time_key = time_key
        self._id_key = id_key
        self._items: list[Item] = []

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def load(self, items: Sequence[Item]) -> None:
        self._items = sorted([*self._items, *items], key=self._place)

    def add(self, item: Item) -> None:
        """Put an item in its place in time, which may be long past."""
        insort(self._items, item, key=self._place)

    def find(self, item_id: str) -> Item | None:
        return next((item for item in self._items if item[self._id_key] == item_id), None)

    def newest_first(
        self,
        mark: str | None,
        limit: int,
        *,
        since: int | None = None,
        until: int | None = None,
        suits: Callable[[Item], bool] | None = None,
    ) -> tuple[list[Item], str | None]:
        """A page of items with since <= time <= until, and the mark of the next one."""
        low = 0 if since is None else bisect_left(self._items, since, key=self._time)
        high = (
            len(self._items) if until is None else bisect_right(self._items, until, key=self._time)
        )
        if mark is not None:
            high = min(high, bisect_left(self._items, _unmarked(mark), key=self._place))
        page: list[Item] = []
        at = high
        while at > low and len(page) <= limit:
            at -= 1
            if suits is None or suits(self._items[at]):
                page.append(self._items[at])
        more = len(page) > limit
        page = page[:limit]
        return page, _marked(self._place(page[-1])) if more and page else None

    def _time(self, item: Item) -> int:
        return int(item[self._time_key])

    def _place(self, item: Item) -> tuple[int, str]:
        return int(item[self._time_key]), str(item[self._id_key])


class Feeds:
    """The marketing side of an account, as its APIs show it."""

    def __init__(self) -> None:
        self.forms: dict[str, Item] = {}
        self.submissions: dict[str, Stream] = {}
        self.campaigns: dict[int, Item] = {}
        self.marketing_emails: dict[str, Item] = {}
        self.email_events = Stream("created", "id")
        self.subscription_changes = Stream("timestamp", "recipient")
        self.marketing_events: dict[str, Item] = {}
        self.participations: list[Item] = []
        self.occurrences = Stream("_at", "id")
        self.files: dict[str, Item] = {}

    def load(self, part: Mapping[str, Any]) -> None:
        """Take in the feeds of a sample."""
        self.forms |= {str(each["id"]): dict(each) for each in part.get("forms", ())}
        by_form: dict[str, list[Item]] = {}
        for each in part.get("submissions", ()):
            by_form.setdefault(str(each["formGuid"]), []).append(dict(each))
        for guid, submissions in by_form.items():
            self.submissions_of(guid).load(submissions)
        self.campaigns |= {int(each["id"]): dict(each) for each in part.get("campaigns", ())}
        self.marketing_emails |= {
            str(each["id"]): dict(each) for each in part.get("marketing_emails", ())
        }
        self.email_events.load([dict(each) for each in part.get("email_events", ())])
        self.marketing_events |= {
            str(each["objectId"]): dict(each) for each in part.get("marketing_events", ())
        }
        self.participations += [dict(each) for each in part.get("participations", ())]
        self.occurrences.load([occurrence(each) for each in part.get("occurrences", ())])
        self.files |= {str(each["id"]): dict(each) for each in part.get("files", ())}

    def submissions_of(self, guid: str) -> Stream:
        """The submissions of a form, which must exist; 404 otherwise."""
        if guid not in self.forms:
            raise not_found(f"Form {guid} does not exist")
        return self.submissions.setdefault(guid, Stream("submittedAt", "conversionId"))

    def form(self, guid: str) -> Item:
        if guid not in self.forms:
            raise not_found(f"Form {guid} does not exist")
        return self.forms[guid]

    def campaign(self, campaign_id: str) -> Item:
        found = self.campaigns.get(int(campaign_id)) if is_whole(campaign_id) else None
        if found is None:
            raise not_found(f"Campaign {campaign_id} does not exist")
        return found

    def marketing_event(self, object_id: str) -> Item:
        if object_id not in self.marketing_events:
            raise not_found(f"Marketing event {object_id} does not exist")
        return self.marketing_events[object_id]

    def external_event(self, external_id: str, account_id: str | None) -> Item:
        for event in self.marketing_events.values():
            if event.get("externalEventId") == external_id and (
                account_id is None or event.get("externalAccountId") == account_id
            ):
                return event
        raise not_found(f"Marketing event {external_id} does not exist")

    def attendance(self, event_id: str) -> list[Item]:
        """The participations of one marketing event, oldest first."""
        return [each for each in self.participations if _event_of(each) == event_id]

    def attendance_of(self, contact_id: str, email: str | None) -> list[Item]:
        """The participations of one contact, oldest first."""
        return [
            each
            for each in self.participations
            if str(each["associations"]["contact"].get("contactId")) == contact_id
            or (email is not None and each["associations"]["contact"].get("email") == email)
        ]

    def counters(self, participations: Sequence[Item]) -> dict[str, int]:
        """How many were in each state at last."""
        states = [each["properties"]["attendanceState"] for each in participations]
        return {
            "attended": states.count("ATTENDED"),
            "registered": states.count("REGISTERED"),
            "cancelled": states.count("CANCELLED"),
            "noShows": states.count("NO_SHOW"),
        }


def occurrence(item: Mapping[str, Any]) -> Item:
    """An event occurrence with its time as a number to order it by."""
    at = instant_ms(str(item["occurredAt"]))
    if at is None:
        raise invalid(f"{item['occurredAt']!r} is no instant")
    return {**item, "occurredAt": stamp(at), "_at": at}


def shown_occurrence(item: Item) -> Item:
    return {key: value for key, value in item.items() if key != "_at"}


def _event_of(participation: Item) -> str:
    return str(participation["associations"]["marketingEvent"]["marketingEventId"])


def _marked(place: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}|{place[1]}".encode()).decode()


def _unmarked(mark: str) -> tuple[int, str]:
    try:
        time, _, item_id = base64.urlsafe_b64decode(mark.encode()).decode().partition("|")
        return int(time), item_id
    except ValueError as error:
        raise invalid(f"Invalid offset {mark!r}") from error
