"""Which records of HubSpot a connection has to be told about, by its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tandem.crm.hubspot.journal import Wanted
from tandem.crm.hubspot.notices import TYPE_IDS
from tandem.mapping.hubspot import COUNTER_PROPERTIES, MODIFIED, PROPERTIES
from tandem.mapping.hubspot_people import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    CONVERSION_PROPERTIES,
    DEAL_PROPERTIES,
)
from tandem.model import Kind, ObjectType
from tandem.sync.policy import Policy

__all__ = ["Subject", "journal_subscriptions", "subjects_for", "webhook_subscriptions"]

_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "contacts": CONTACT_PROPERTIES,
    "companies": COMPANY_PROPERTIES,
    "deals": DEAL_PROPERTIES,
}
# HubSpot refuses these, and tells nobody of calculated ones [CL-genwh].
_UNTOLD = frozenset(
    {
        MODIFIED,
        "hs_email_html",
        "hs_email_subject",
        "hs_communication_body",
        "hs_object_id",
        "hs_createdate",
        "createdate",
        "lastmodifieddate",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One object to be told about, and the properties whose changes matter."""

    object: str
    properties: tuple[str, ...]

    @property
    def is_activity(self) -> bool:
        return self.object not in _PEOPLE


def subjects_for(policies: Iterable[Policy]) -> tuple[Subject, ...]:
    """
    What connections with these settings must be told about; nothing where no kind is on.

    Contacts, companies and deals belong to it, since activities wait for them and are placed by them. What
    has no notices at all (form submissions, marketing e-mail, events) is asked for as before.
    """
    kinds = {kind for policy in policies for kind in policy.synced_kinds}
    if not kinds:
        return ()
    subjects = []
    for each in ObjectType:
        mine = {kind for kind in kinds if kind.object_type is each}
        if mine:
            subjects.append(Subject(object=each.value, properties=_told(each, mine)))
    for name, properties in _PEOPLE.items():
        more = CONVERSION_PROPERTIES if name == "contacts" and _has_forms(kinds) else ()
        told = tuple(one for one in (*properties, *more) if one not in _UNTOLD)
        subjects.append(Subject(object=name, properties=tuple(dict.fromkeys(told))))
    return tuple(subjects)


def _told(each: ObjectType, kinds: set[Kind]) -> tuple[str, ...]:
    counters = {Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED} & kinds
    named = (*PROPERTIES[each], *(COUNTER_PROPERTIES if counters else ()))
    return tuple(dict.fromkeys(one for one in named if one not in _UNTOLD))


def _has_forms(kinds: set[Kind]) -> bool:
    return Kind.FORM_SUBMISSION in kinds


def journal_subscriptions(subjects: Iterable[Subject]) -> tuple[Wanted, ...]:
    """What to subscribe to in the journal: the records, and the associations of activities."""
    found = tuple(subjects)
    people = tuple(TYPE_IDS[name] for name in _PEOPLE)
    records = [Wanted(type_id=TYPE_IDS[each.object], properties=each.properties) for each in found]
    associations = [
        Wanted(type_id=TYPE_IDS[each.object], associated=people)
        for each in found
        if each.is_activity
    ]
    return (*records, *associations)


_SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal"}
_EVENTS = ("creation", "deletion", "merge", "restore")


def webhook_subscriptions(subjects: Iterable[Subject]) -> tuple[dict[str, str], ...]:
    """
    What a person has to subscribe to in the app's settings, as the webhooks file of a project lists it.

    ``subscriptionType``, ``objectType`` (by id, as generic ones are named) and, for changes, ``propertyName``.
    """
    found: list[dict[str, str]] = []
    for each in subjects:
        classic = _SINGULAR.get(each.object)
        prefix = classic or "object"
        where = {} if classic else {"objectTypeId": TYPE_IDS[each.object]}
        events = (*_EVENTS, *(("associationChange",) if each.is_activity else ()))
        found.extend({"subscriptionType": f"{prefix}.{event}", **where} for event in events)
        found.extend(
            {"subscriptionType": f"{prefix}.propertyChange", **where, "propertyName": name}
            for name in each.properties
        )
    return tuple(found)
