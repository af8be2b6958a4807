"""Lists (now called segments) and who is in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.values import instant_ms, stamp

PROCESSING_TYPES = ("MANUAL", "DYNAMIC", "SNAPSHOT")


@dataclass(slots=True, kw_only=True)
class RecordList:
    """One list. `members` tells when each record joined."""

    id: str
    name: str
    type_id: str
    processing_type: str
    created: int
    updated: int
    version: int = 1
    deleted: int | None = None
    members: dict[int, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "listId": self.id,
            "listVersion": self.version,
            "name": self.name,
            "objectTypeId": self.type_id,
            "processingType": self.processing_type,
            "processingStatus": "COMPLETE",
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
            "filtersUpdatedAt": stamp(self.created),
            "size": len(self.members),
        }
        if self.deleted is not None:
            shown["deletedAt"] = stamp(self.deleted)
        return shown

    def to_search_json(self) -> dict[str, Any]:
        """As a list search shows it, the size among its additional properties."""
        shown = self.to_json()
        size = shown.pop("size")
        # The search answers with these as strings, whatever was asked for.
        shown["additionalProperties"] = {
            "hs_list_size": str(size),
            "hs_list_reference_count": "0",
            "hs_last_record_added_at": str(max(self.members.values(), default="")),
        }
        return shown


class Lists:
    """The lists of an account by id."""

    def __init__(self) -> None:
        self._lists: dict[str, RecordList] = {}
        self._next_id = 1

    def __len__(self) -> int:
        return len(self._lists)

    def load(self, listed: Iterable[Mapping[str, Any]], now_ms: int) -> None:
        for each in listed:
            created = instant_ms(str(each.get("createdAt", now_ms))) or now_ms
            updated = instant_ms(str(each.get("updatedAt", now_ms))) or now_ms
            list_id = str(each["listId"])
            self._lists[list_id] = RecordList(
                id=list_id,
                name=str(each["name"]),
                type_id=str(each.get("objectTypeId", "0-1")),
                processing_type=str(each.get("processingType", "MANUAL")),
                created=created,
                updated=updated,
                members={int(member): updated for member in each.get("memberships", ())},
            )
            self._next_id = max(self._next_id, int(list_id) + 1)

    def get(self, list_id: str, *, deleted: bool = False) -> RecordList:
        """The list of that id; 404 if there is none."""
        found = self._lists.get(list_id)
        if found is None or (found.deleted is not None) != deleted:
            raise not_found(f"List does not exist with ID {list_id}.")
        return found

    def named(self, type_id: str, name: str) -> RecordList:
        for each in self.listing():
            if each.type_id == type_id and each.name == name:
                return each
        raise not_found(f"List does not exist with name {name}.")

    def listing(self) -> list[RecordList]:
        """Every list that is not deleted, in id order."""
        return sorted(
            (each for each in self._lists.values() if each.deleted is None),
            key=lambda each: int(each.id),
        )

    def create(self, name: str, type_id: str, processing_type: str, now_ms: int) -> RecordList:
        if not name:
            raise invalid("A list needs a name")
        if processing_type not in PROCESSING_TYPES:
            raise invalid(f"processingType must be one of {', '.join(PROCESSING_TYPES)}")
        if any(each.name == name and each.type_id == type_id for each in self.listing()):
            raise invalid(f"A list named {name} already exists")
        made = RecordList(
            id=str(self._next_id),
            name=name,
            type_id=type_id,
            processing_type=processing_type,
            created=now_ms,
            updated=now_ms,
        )
        self._next_id += 1
        self._lists[made.id] = made
        return made

    def change(
        self, list_id: str, add: Iterable[int], remove: Iterable[int], now_ms: int
    ) -> tuple[list[int], list[int]]:
        """Add and remove members by hand; the ids that were added and those removed."""
        found = self.get(list_id)
        if found.processing_type == "DYNAMIC":
            raise invalid(
                f"List {list_id} is DYNAMIC: its members follow its filters and cannot be changed "
                "by hand"
            )
        return self.join(found, add, remove, now_ms)

    def join(
        self, found: RecordList, add: Iterable[int], remove: Iterable[int], now_ms: int
    ) -> tuple[list[int], list[int]]:
        """Change who is in a list, whoever decides it."""
        added = [each for each in add if each not in found.members]
        found.members |= dict.fromkeys(added, now_ms)
        removed = [each for each in remove if found.members.pop(each, None) is not None]
        if added or removed:
            found.updated = now_ms
            found.version += 1
        return added, removed

    def of_record(self, type_id: str, record_id: int) -> list[dict[str, Any]]:
        """The lists a record is in."""
        return [
            {
                "listId": each.id,
                "listVersion": each.version,
                "firstAddedTimestamp": stamp(each.members[record_id]),
                "lastAddedTimestamp": stamp(each.members[record_id]),
            }
            for each in self.listing()
            if each.type_id == type_id and record_id in each.members
        ]

    def forget(self, type_id: str, record_id: int) -> None:
        """Take a record that is gone out of every list."""
        for each in self._lists.values():
            if each.type_id == type_id:
                each.members.pop(record_id, None)
