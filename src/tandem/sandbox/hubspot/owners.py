"""The owners of an account: people and queues, some of them deactivated [D-owners]."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tandem.sandbox.hubspot.errors import ValueProblem, not_found
from tandem.sandbox.hubspot.values import instant_ms, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One owner. A deactivated one is archived and keeps its user id only as *including inactive*."""

    id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    user_id: int | None
    type: str
    is_archived: bool
    created: int
    updated: int
    teams: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.email is not None:
            shown["email"] = self.email
        if self.first_name is not None:
            shown["firstName"] = self.first_name
        if self.last_name is not None:
            shown["lastName"] = self.last_name
        shown |= {
            "userId": None if self.is_archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
            "archived": self.is_archived,
        }
        if self.teams:
            shown["teams"] = [dict(team) for team in self.teams]
        return shown


class Owners:
    """The owners by id."""

    def __init__(self) -> None:
        self._owners: dict[str, Owner] = {}

    def __len__(self) -> int:
        return len(self._owners)

    def load(self, listed: list[Mapping[str, Any]], now_ms: int) -> None:
        """Take in owners as the owners API shows them."""
        for each in listed:
            user_id = each.get("userIdIncludingInactive", each.get("userId"))
            self._owners[str(each["id"])] = Owner(
                id=str(each["id"]),
                email=each.get("email"),
                first_name=each.get("firstName"),
                last_name=each.get("lastName"),
                user_id=user_id,
                type=str(each.get("type", "PERSON")),
                is_archived=bool(each.get("archived", False)),
                created=_instant(each.get("createdAt"), now_ms),
                updated=_instant(each.get("updatedAt"), now_ms),
                teams=tuple(each.get("teams") or ()),
            )

    def find(self, owner_id: str) -> Owner | None:
        return self._owners.get(owner_id)

    def get(self, owner_id: str, *, by_user: bool = False, archived: bool = False) -> Owner:
        """The owner of that id, or of that user id; 404 if there is none."""
        for owner in self._owners.values():
            key = str(owner.user_id) if by_user else owner.id
            if key == owner_id and owner.is_archived == archived:
                return owner
        raise not_found(f"Owner {owner_id} does not exist")

    def listing(self, *, email: str | None, archived: bool) -> list[Owner]:
        """Owners in id order."""
        wanted = email.lower() if email else None
        return [
            owner
            for _, owner in sorted(self._owners.items(), key=lambda each: int(each[0]))
            if owner.is_archived == archived
            and (wanted is None or (owner.email or "").lower() == wanted)
        ]

    def deactivate(self, owner_id: str, now_ms: int) -> Owner:
        owner = self.get(owner_id)
        self._owners[owner_id] = replace(owner, is_archived=True, updated=now_ms)
        return self._owners[owner_id]

    def reactivate(self, owner_id: str, now_ms: int) -> Owner:
        owner = self.get(owner_id, archived=True)
        self._owners[owner_id] = replace(owner, is_archived=False, updated=now_ms)
        return self._owners[owner_id]

    def check(self, name: str, value: str, *, refuse_archived: bool) -> None:
        """Refuse an owner id that no owner has; a user id is not an owner id [D-owners]."""
        owner = self._owners.get(value)
        if owner is None:
            raise ValueProblem("INVALID_OWNER_ID", name, f"Owner {value} does not exist.")
        if owner.is_archived and refuse_archived:
            raise ValueProblem("INVALID_OWNER_ID", name, f"Owner {value} is not active.")


def _instant(text: Any, default: int) -> int:
    found = instant_ms(str(text)) if text is not None else None
    return default if found is None else found
