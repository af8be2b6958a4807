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
    ranked = sorted(
        (_WEIGHT.get(match.how, len(_WEIGHT)), _by_number(owner.id), owner.id, match.user_id)
        for owner in owners
        if owner.active and owner.type != "QUEUE"
        if (match := owner_map.get(owner.id, _NOBODY)).user_id is not None
    )
    chosen: dict[str, str] = {}
    for _, _, owner_id, user_id in ranked:
        if user_id is not None:
            chosen.setdefault(user_id, owner_id)
    return chosen


_WEIGHT = {How.MANUAL: 0, How.EMAIL: 1, How.EMAIL_AND_NAME: 2}


def owner_of(
    user_id: str | None,
    by_user: Mapping[str, str],
    owner_map: OwnerMap,
    *,
    present: str | None = None,
) -> str | None:
    """
    The HubSpot owner for a task of *user_id*; None where nobody is mapped, as for a queue.

    *present*, who owns the HubSpot task now, stays if that is the same user.
    """
    if user_id is None:
        return None
    if present is not None and owner_map.get(present, _NOBODY).user_id == user_id:
        return present
    return by_user.get(user_id)


def _by_number(owner_id: str) -> int:
    return int(owner_id) if owner_id.isdecimal() else -1


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
