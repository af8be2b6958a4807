"""Which Salesforce user each HubSpot owner is."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tandem.model import HubSpotOwner, SalesforceUser

__all__ = ["How", "Match", "OwnerMap", "match_owners", "owner_of", "owners_by_user"]


class How(enum.StrEnum):
    """How a match came about, or why there is none."""

    MANUAL = "manual"
    EMAIL = "email"
    EMAIL_AND_NAME = "email_and_name"
    # no user
    LEFT_OUT = "left_out"  # a person decided: nobody
    QUEUE = "queue"
    NOBODY = "nobody"
    AMBIGUOUS = "ambiguous"  # several active users share the address, and the name does not decide
    INACTIVE = "inactive"  # the manual choice is no active user (any more)


@dataclass(frozen=True, slots=True)
class Match:
    user_id: str | None
    how: How


OwnerMap = Mapping[str, Match]
"""HubSpot owner id to match; every owner is in it, mapped or not."""

_NOBODY = Match(None, How.NOBODY)


def match_owners(
    owners: Iterable[HubSpotOwner],
    users: Iterable[SalesforceUser],
    manual: Mapping[str, str | None],
) -> OwnerMap:
    """
    Match owners to active users: manual pairs (None: nobody) win, then the e-mail address, then the name.

    Case and the ``.invalid`` that a sandbox appends to its users' addresses do not matter; the name only
    decides between users of one address. No owner maps to a queue, and no queue to a user.
    """
    people = [user for user in users if user.active and not user.is_queue]
    by_id = {user.id: user for user in people}
    by_email: dict[str, list[SalesforceUser]] = {}
    for user in people:
        by_email.setdefault(_address(user.email), []).append(user)
    return {owner.id: _match(owner, by_id, by_email, manual) for owner in owners}


def owners_by_user(owners: Iterable[HubSpotOwner], owner_map: OwnerMap) -> Mapping[str, str]:
    """
    The HubSpot owner of each Salesforce user's tasks: ``match_owners`` read backwards.

    Only active people. Of several owners of one user the manually matched one counts, then the one with the
    same address, then the oldest (lowest id). A queue has none.
    """
    active = {owner.id for owner in owners if owner.active and owner.type != "QUEUE"}
    chosen: dict[str, str] = {}
    for owner_id in sorted(owner_map, key=lambda one: _rank(one, owner_map[one])):
        user_id = owner_map[owner_id].user_id
        if user_id is not None and owner_id in active:
            chosen.setdefault(user_id, owner_id)
    return chosen


_WEIGHT = {How.MANUAL: 0, How.EMAIL: 1, How.EMAIL_AND_NAME: 2}


def owner_of(
    user_id: str | None,
    owners: OwnerMap,
    *,
    by_user: Mapping[str, str] | None = None,
    present: str | None = None,
) -> str | None:
    """
    The HubSpot owner for a task of *user_id*; None where nobody is mapped, as for a queue.

    *by_user* is ``owners_by_user``, which knows who is active; without it any owner mapped to the user may be
    meant, a person's choice first, else the oldest (lowest id). *present*, who owns the HubSpot task now, stays
    if that is the same user.
    """
    if user_id is None:
        return None
    if present is not None and owners.get(present, _NOBODY).user_id == user_id:
        return present
    if by_user is not None:
        return by_user.get(user_id)
    mapped = (owner_id for owner_id, match in owners.items() if match.user_id == user_id)
    return min(mapped, key=lambda one: _rank(one, owners[one]), default=None)


def _rank(owner_id: str, match: Match) -> tuple[int, int, str]:
    number = int(owner_id) if owner_id.isdecimal() else -1
    return _WEIGHT.get(match.how, len(_WEIGHT)), number, owner_id


def _match(
    owner: HubSpotOwner,
    by_id: Mapping[str, SalesforceUser],
    by_email: Mapping[str, Sequence[SalesforceUser]],
    manual: Mapping[str, str | None],
) -> Match:
    if owner.id in manual:
        chosen = manual[owner.id]
        if chosen is None:
            return Match(None, How.LEFT_OUT)
        return Match(chosen, How.MANUAL) if chosen in by_id else Match(None, How.INACTIVE)
    if owner.type == "QUEUE":
        return Match(None, How.QUEUE)
    address = _address(owner.email)
    alike = by_email.get(address, ()) if address else ()
    if len(alike) == 1:
        return Match(alike[0].id, How.EMAIL)
    named = [user for user in alike if _name(user.name) == _name(owner.name)]
    if len(named) == 1:
        return Match(named[0].id, How.EMAIL_AND_NAME)
    return Match(None, How.AMBIGUOUS) if alike else _NOBODY


def _address(email: str | None) -> str:
    """The comparable form of an address."""
    return (email or "").strip().casefold().removesuffix(".invalid")


def _name(name: str) -> str:
    """The comparable form of a name: full-width and half-width forms, case and spacing do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
