"""The key that makes writing safe to repeat: the same activity always has the same one."""

from __future__ import annotations

import hashlib
import re

from tandem.mapping.ids import id18
from tandem.model import Kind

__all__ = [
    "KEY_FIELD",
    "LONGEST_KEY",
    "is_from_hubspot",
    "next_key",
    "salesforce_task_key",
    "task_key",
]

KEY_FIELD = "Tandem_Key__c"
"""API name of the External ID, Unique text field on Activity, hence on Task."""

LONGEST_KEY = 80

# Salesforce compares unique values without regard to case unless told otherwise, so an id with capitals
# is hashed rather than written as it is [upsert].
_AS_IT_IS = re.compile(r"[a-z0-9_][a-z0-9_-]*")


def task_key(portal_id: str, kind: Kind, activity_id: str) -> str:
    """
    The key of the Salesforce task of one HubSpot activity, of ``[a-z0-9_-]`` and at most 80 characters.

    It follows from the activity alone, not from Tandem's database: a restored or lost database finds
    again what it wrote. Ids of other characters or lengths are hashed (after a double hyphen, which no
    plain id begins with).
    """
    key = f"{portal_id}-{kind.value}-{activity_id}"
    if len(key) <= LONGEST_KEY and _AS_IT_IS.fullmatch(activity_id) and portal_id.isalnum():
        return key
    digest = hashlib.sha256(f"{portal_id}\0{kind.value}\0{activity_id}".encode()).hexdigest()
    plain = portal_id if portal_id.isalnum() and len(portal_id) <= 20 else "x"
    return f"{plain}-{kind.value}--{digest[:32]}"


def salesforce_task_key(org_id: str, task_id: str) -> str:
    """
    The key of the HubSpot task of one Salesforce task: ``{org}-{id18}``.

    18 characters tell ids apart even where capitals do not count [ids]. ``ValueError`` for anything that is
    not an id.
    """
    return f"{id18(org_id)}-{id18(task_id)}"


def is_from_hubspot(key: str, portal_id: str) -> bool:
    """Whether *key* is that of an activity of this HubSpot account, rather than of a Salesforce task."""
    return key.startswith((f"{portal_id}-", "x-"))


_GENERATION = re.compile(r"(?P<first>.+)--r(?P<number>[0-9]+)")


def next_key(key: str) -> str:
    """
    The key under which a record is made again whose key is a tombstone: ``41-call-7`` is followed by ``41-call-7--r2``.

    No other key ends so: what follows a double hyphen elsewhere is hexadecimal.
    """
    found = _GENERATION.fullmatch(key)
    first, number = (found["first"], int(found["number"]) + 1) if found else (key, 2)
    following = f"{first}--r{number}"
    if len(following) <= LONGEST_KEY:
        return following
    digest = hashlib.sha256(first.encode()).hexdigest()
    return f"{first[:32]}--{digest[:32]}--r{number}"
