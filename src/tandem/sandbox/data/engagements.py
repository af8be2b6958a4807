"""What all seven activity types of HubSpot's CRM have in common: who, when, with whom, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tandem.sandbox.data.draft import Draft, Firm, Owner, Person
from tandem.sandbox.data.identity import Record, hubspot_stamp

_OWNER_WEIGHTS = (20, 16, 14, 10, 8, 6, 6, 2)
_SOURCES = (
    ("CRM_UI", "CRM_UI"),
    ("CRM_UI", "CRM_UI"),
    ("CRM_UI", "CRM_UI"),
    ("INTEGRATION", "INTEGRATION"),
    ("EMAIL_INTEGRATION", "EMAIL_INTEGRATION"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The records an activity is associated with."""

    persons: tuple[Person, ...] = ()
    firm: Firm | None = None
    deal: str | None = None


def any_links(draft: Draft) -> Links:
    """Mostly one contact; now and then several, or none; often the company, sometimes a deal."""
    draw = draft.rng.random()
    if draw < 0.06:
        count = 0
    elif draw < 0.74:
        count = 1
    elif draw < 0.93:
        count = draft.rng.randint(2, 3)
    else:
        count = draft.rng.randint(4, 6)
    persons = tuple(draft.rng.sample(draft.persons, count))
    firm = persons[0].firm if persons and draft.rng.random() < 0.5 else None
    deal = _deal_of(draft, firm) if firm and draft.rng.random() < 0.6 else None
    return Links(persons=persons, firm=firm, deal=deal)


def _deal_of(draft: Draft, firm: Firm) -> str | None:
    place = draft.firms.index(firm)
    deals = draft.objects["deals"]
    return str(deals[place]["id"]) if place < len(deals) else None


def links_of(draft: Draft, case: str) -> Links:
    """Exactly the contact of a named case."""
    return Links(persons=(person_of(draft, case),))


def person_of(draft: Draft, case: str) -> Person:
    """The contact of a named case."""
    wanted = draft.cases[case]
    return next(person for person in draft.persons if person.id == wanted)


def same_day_links(draft: Draft) -> Links:
    """
    Two contacts created on one day of the account's zone, on two days of UTC.

    The one created later has the lower id, and the higher one where ids are compared as text.
    """
    later, higher = (person_of(draft, case) for case in ("same_day_later", "same_day_higher_id"))
    return Links(persons=(later, higher))


def newest_does_not_sync_links(draft: Draft) -> Links:
    """Four contacts of which the one created last has no Salesforce record."""
    ordered = sorted(draft.persons, key=lambda person: person.created)
    newest = next(
        place for place in reversed(range(len(ordered))) if not ordered[place].counterpart
    )
    known = [person for person in ordered[:newest] if person.counterpart]
    return Links(persons=(known[-3], ordered[newest], known[-1], known[0]))


def any_owner(draft: Draft) -> Owner | None:
    """An owner, the queue and the archived one included, or nobody."""
    if draft.rng.random() < 0.14:
        return None
    return draft.rng.choices(draft.owners, _OWNER_WEIGHTS)[0]


def add_engagement(
    draft: Draft,
    kind: str,
    properties: dict[str, Any],
    *,
    created: datetime,
    happened: datetime,
    links: Links,
    owner: Owner | None,
    case: str | None = None,
    history: dict[str, list[Record]] | None = None,
    settled: datetime | None = None,
) -> str:
    """
    Put one activity with its common properties and associations into the sample.

    *settled*: when its outcome was entered, which was its last change or an earlier one.
    """
    record_id = draft.hubspot_id(kind)
    source, label = draft.rng.choice(_SOURCES)
    common = {
        "hs_timestamp": hubspot_stamp(happened),
        "hubspot_owner_id": owner.id if owner else None,
        "hs_object_source": source,
        "hs_object_source_label": label,
        "hs_object_source_id": _source_id(source, owner),
    }
    changed = draft.changed_after(created)
    draft.add(
        kind,
        record_id,
        common | properties,
        created=created,
        modified=max(changed, draft.past(settled)) if settled else changed,
        history=history,
    )
    draft.associate(kind, record_id, "contacts", [person.id for person in links.persons])
    if links.firm:
        draft.associate(kind, record_id, "companies", [links.firm.id])
    if links.deal:
        draft.associate(kind, record_id, "deals", [links.deal])
    if case:
        draft.cases[case] = record_id
    return record_id


def _source_id(source: str, owner: Owner | None) -> str | None:
    if source == "CRM_UI" and owner and owner.user_id:
        return f"userId:{owner.user_id}"
    return "18000000" if source == "INTEGRATION" else None


def spread(cases: Sequence[str], *, count: int, step: int = 3) -> dict[int, str]:
    """Which of *count* activities are which special cases: every *step*th, from the third on."""
    if 2 + step * (len(cases) - 1) >= count:
        raise ValueError(f"{len(cases)} cases do not fit into {count} activities.")
    return {2 + step * place: case for place, case in enumerate(cases)}
