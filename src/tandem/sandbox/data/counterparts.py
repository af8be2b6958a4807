"""HubSpot contacts and their Salesforce contacts and leads, in every relation the two can have."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum, auto

from tandem.sandbox.data.draft import Draft, Firm, Person
from tandem.sandbox.data.identity import hubspot_stamp, to_ms, without_check_characters
from tandem.sandbox.data.people import Name, cast


class Relation(Enum):
    """How a HubSpot contact finds its Salesforce record; the lower-case name is its case's name."""

    CONTACT_BY_ID18 = auto()
    CONTACT_BY_ID15 = auto()
    LEAD_BY_ID18 = auto()
    LEAD_BY_ID15 = auto()
    CONTACT_BY_EMAIL = auto()
    LEAD_BY_EMAIL = auto()
    CONTACT_BY_OTHER_EMAIL = auto()
    LEAD_BY_OTHER_EMAIL = auto()
    DUPLICATE_CONTACTS = auto()
    DUPLICATE_LEADS = auto()
    LEAD_AND_CONTACT = auto()
    CONVERTED_LEAD_BY_ID = auto()
    CONVERTED_LEAD_BY_EMAIL = auto()
    STORED_ID_GONE_EMAIL_MATCHES = auto()
    STORED_ID_IN_BIN = auto()
    MERGED_IN_HUBSPOT = auto()
    MERGED_IN_SALESFORCE = auto()
    NO_EMAIL = auto()
    NO_COUNTERPART = auto()
    SAME_DAY_LATER = auto()
    SAME_DAY_HIGHER_ID = auto()


_PLACES = (
    [Relation.CONTACT_BY_ID18] * 14
    + [Relation.CONTACT_BY_ID15] * 7
    + [Relation.LEAD_BY_ID18] * 5
    + [Relation.LEAD_BY_ID15] * 3
    + [Relation.CONTACT_BY_EMAIL] * 8
    + [Relation.LEAD_BY_EMAIL] * 4
    + [
        Relation.CONTACT_BY_OTHER_EMAIL,
        Relation.LEAD_BY_OTHER_EMAIL,
        Relation.DUPLICATE_CONTACTS,
        Relation.DUPLICATE_LEADS,
        Relation.LEAD_AND_CONTACT,
        Relation.CONVERTED_LEAD_BY_ID,
        Relation.CONVERTED_LEAD_BY_EMAIL,
        Relation.STORED_ID_GONE_EMAIL_MATCHES,
        Relation.STORED_ID_IN_BIN,
        Relation.MERGED_IN_HUBSPOT,
        Relation.MERGED_IN_SALESFORCE,
        Relation.NO_EMAIL,
    ]
    + [Relation.NO_COUNTERPART] * 5
    + [Relation.SAME_DAY_LATER, Relation.SAME_DAY_HIGHER_ID]
)

_BY_STORED_CONTACT = {
    Relation.CONTACT_BY_ID18,
    Relation.CONTACT_BY_ID15,
    Relation.MERGED_IN_HUBSPOT,
    Relation.SAME_DAY_LATER,
    Relation.SAME_DAY_HIGHER_ID,
}
_SHORT_IDS = {Relation.CONTACT_BY_ID15, Relation.LEAD_BY_ID15}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """What HubSpot stores about the Salesforce record, and which record is the right one."""

    counterpart: str | None = None
    stored_contact: str | None = None
    stored_lead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sketch:
    """A contact before its Salesforce side is known."""

    relation: Relation
    name: Name
    firm: Firm
    email: str
    other_email: str
    created: datetime


def add_people(draft: Draft) -> None:
    """Sixty contacts, associated with their companies, and their Salesforce records."""
    for place, (name, relation) in enumerate(zip(cast(draft.language), _PLACES, strict=True)):
        firm = draft.firms[(place * 7) % len(draft.firms)]
        contact_id, created = _arrival(draft, place, relation)
        sketch = _Sketch(
            relation=relation,
            name=name,
            firm=firm,
            email=f"{name.local}@{firm.mail_host}",
            other_email=f"{name.local.replace('.', '_')}@private.example.com",
            created=created,
        )
        match = _match(draft, sketch)
        _add_contact(draft, place, contact_id, sketch, match)
        draft.cases.setdefault(relation.name.lower(), contact_id)
        if match.counterpart:
            draft.cases.setdefault(f"{relation.name.lower()}.salesforce", match.counterpart)
    _link(draft, _sketch_of_nobody(draft), kind="Lead")


def _arrival(draft: Draft, place: int, relation: Relation) -> tuple[str, datetime]:
    """Id and creation: ids of different lengths, ascending with time but for the same-day pair."""
    day = (draft.now - timedelta(days=210)).astimezone(draft.zone).date()
    if relation is Relation.SAME_DAY_LATER:
        return "9812", datetime.combine(day, time(22, 5), draft.zone)
    if relation is Relation.SAME_DAY_HIGHER_ID:
        return "10024", datetime.combine(day, time(5, 40), draft.zone)
    slot = (place * 37) % 60
    if slot < 30:
        number = 251 + 317 * slot
    elif slot < 45:
        number = 10_451 + 211 * (slot - 30)
    else:
        number = 90_011_200_451 + 7_013 * (slot - 45)
    days = 1_100 - 18.55 * slot - draft.rng.random()
    return str(number), draft.now - timedelta(days=days)


def _match(draft: Draft, sketch: _Sketch) -> _Match:
    """Make the Salesforce side of one contact."""
    relation = sketch.relation
    if relation in _BY_STORED_CONTACT:
        return _stored(_link(draft, sketch), short=relation in _SHORT_IDS)
    match relation:
        case Relation.LEAD_BY_ID18 | Relation.LEAD_BY_ID15:
            lead = _link(draft, sketch, kind="Lead")
            short = relation in _SHORT_IDS
            return _Match(
                counterpart=lead,
                stored_lead=without_check_characters(lead) if short else lead,
            )
        case Relation.CONTACT_BY_EMAIL:
            return _Match(counterpart=_link(draft, sketch, email=_spelled(draft, sketch.email)))
        case Relation.LEAD_BY_EMAIL:
            spelled = _spelled(draft, sketch.email)
            return _Match(counterpart=_link(draft, sketch, kind="Lead", email=spelled))
        case Relation.CONTACT_BY_OTHER_EMAIL:
            return _Match(counterpart=_link(draft, sketch, email=sketch.other_email))
        case Relation.LEAD_BY_OTHER_EMAIL:
            upper = sketch.other_email.upper()
            return _Match(counterpart=_link(draft, sketch, kind="Lead", email=upper))
        case Relation.NO_EMAIL | Relation.NO_COUNTERPART:
            return _Match()
        case _:
            return _tangled(draft, sketch)


def _tangled(draft: Draft, sketch: _Sketch) -> _Match:
    """The relations that need more than one Salesforce record, or a lost one."""
    match sketch.relation:
        case Relation.DUPLICATE_CONTACTS:
            _link(draft, sketch, days=30)
            return _Match(counterpart=_link(draft, sketch, days=-200))
        case Relation.DUPLICATE_LEADS:
            _link(draft, sketch, kind="Lead", days=30)
            return _Match(counterpart=_link(draft, sketch, kind="Lead", days=-200))
        case Relation.LEAD_AND_CONTACT:
            _link(draft, sketch, kind="Lead", days=-300)
            return _Match(counterpart=_link(draft, sketch))
        case Relation.CONVERTED_LEAD_BY_ID:
            contact = _link(draft, sketch, email=f"new.{sketch.email}")
            return _Match(
                counterpart=contact, stored_lead=_link(draft, sketch, kind="Lead", into=contact)
            )
        case Relation.CONVERTED_LEAD_BY_EMAIL:
            contact = _link(draft, sketch, email=f"new.{sketch.email}")
            _link(draft, sketch, kind="Lead", into=contact)
            return _Match(counterpart=contact)
        case Relation.STORED_ID_GONE_EMAIL_MATCHES:
            gone = draft.salesforce_id("003")
            return _Match(counterpart=_link(draft, sketch), stored_contact=gone)
        case Relation.STORED_ID_IN_BIN:
            return _Match(stored_contact=_link(draft, sketch, deleted=True))
        case Relation.MERGED_IN_SALESFORCE:
            winner = _link(draft, sketch)
            loser = _link(draft, sketch, days=40, deleted=True, master=winner)
            return _Match(counterpart=winner, stored_contact=loser)
        case other:
            raise ValueError(f"No Salesforce side is defined for the relation {other.name}.")


def _stored(contact: str, *, short: bool) -> _Match:
    stored = without_check_characters(contact) if short else contact
    return _Match(counterpart=contact, stored_contact=stored)


def _spelled(draft: Draft, email: str) -> str:
    local, _, host = email.partition("@")
    spellings = (email, email.upper(), f"{local.title()}@{host}", f"{local}@{host.title()}")
    return draft.rng.choice(spellings)


def _link(
    draft: Draft,
    sketch: _Sketch,
    *,
    kind: str = "Contact",
    email: str | None = None,
    days: int = 0,
    into: str | None = None,
    deleted: bool = False,
    master: str | None = None,
) -> str:
    """Add a Salesforce contact or lead for the contact; *into*: converted into that contact."""
    record_id = draft.salesforce_id("003" if kind == "Contact" else "00Q")
    created = draft.past(sketch.created + timedelta(days=days, minutes=draft.rng.randint(1, 500)))
    users = [user["Id"] for user in draft.users if user["IsActive"]]
    owner = draft.rng.choice(users)
    record = {
        "Id": record_id,
        "FirstName": sketch.name.first,
        "LastName": sketch.name.last,
        "Name": sketch.name.full,
        "Email": email or sketch.email,
        "Title": sketch.name.title,
        "OwnerId": owner,
        "MasterRecordId": master,
        **draft.audit(created, owner),
    }
    record["IsDeleted"] = deleted
    if kind == "Contact":
        record["AccountId"] = sketch.firm.account
    else:
        record |= {
            "Company": sketch.firm.name,
            "Status": "Closed - Converted" if into else "Open - Not Contacted",
            "IsConverted": into is not None,
            "ConvertedContactId": into,
            "ConvertedAccountId": sketch.firm.account if into else None,
            "ConvertedOpportunityId": None,
            "ConvertedDate": f"{created:%Y-%m-%d}" if into else None,
        }
    draft.salesforce[kind].append(record)
    return record_id


def _sketch_of_nobody(draft: Draft) -> _Sketch:
    """A lead whom HubSpot does not know."""
    stranger = Name(first="Max", last="Nowhere", local="max.nowhere", title="", japanese=False)
    return _Sketch(
        relation=Relation.NO_COUNTERPART,
        name=stranger,
        firm=draft.firms[0],
        email="max.nowhere@mail.example.com",
        other_email="",
        created=draft.now - timedelta(days=77),
    )


_WITH_OTHER_EMAIL = {
    Relation.CONTACT_BY_OTHER_EMAIL,
    Relation.LEAD_BY_OTHER_EMAIL,
    Relation.MERGED_IN_HUBSPOT,
}


def _add_contact(draft: Draft, place: int, contact_id: str, sketch: _Sketch, match: _Match) -> None:
    has_email = sketch.relation is not Relation.NO_EMAIL
    other = sketch.other_email if sketch.relation in _WITH_OTHER_EMAIL else None
    email = sketch.email if has_email else None
    linked = match.stored_contact or match.stored_lead
    properties: dict[str, str | None] = {
        "email": email,
        "hs_additional_emails": f"{other};{sketch.name.local}@old.example.com" if other else None,
        "firstname": sketch.name.first,
        "lastname": sketch.name.last,
        "jobtitle": sketch.name.title,
        "company": sketch.firm.name,
        "phone": f"+1 555 01{place:02d}" if draft.language == "en" else f"050-0000-01{place:02d}",
        "lifecyclestage": "lead" if match.stored_lead else "customer",
        "hubspot_owner_id": _owner_of(draft, place),
        "associatedcompanyid": sketch.firm.id,
        "salesforcecontactid": match.stored_contact,
        "salesforceleadid": match.stored_lead,
        "salesforceaccountid": sketch.firm.account if match.stored_contact else None,
        "salesforcelastsynctime": hubspot_stamp(draft.past(sketch.created + timedelta(days=1)))
        if linked
        else None,
    }
    if sketch.relation is Relation.MERGED_IN_HUBSPOT:
        properties |= _traces_of_a_merge(draft, contact_id, sketch)
    draft.add("contacts", contact_id, properties, created=sketch.created)
    draft.associate("contacts", contact_id, "companies", [sketch.firm.id])
    draft.persons.append(
        Person(
            id=contact_id,
            name=sketch.name,
            email=email,
            other_email=other,
            firm=sketch.firm,
            created=sketch.created,
            counterpart=match.counterpart,
        )
    )


def _owner_of(draft: Draft, place: int) -> str | None:
    """Every owner, queue included, has contacts; every sixth contact has no owner."""
    return None if place % 6 == 5 else draft.owners[place % len(draft.owners)].id


def _traces_of_a_merge(draft: Draft, contact_id: str, sketch: _Sketch) -> dict[str, str | None]:
    absorbed = str(int(contact_id) + 7)
    merged = to_ms(draft.past(sketch.created + timedelta(days=90)))
    draft.cases["absorbed_in_hubspot"] = absorbed
    return {
        "hs_merged_object_ids": absorbed,
        "hs_calculated_merged_vids": f"{contact_id}:{merged};{absorbed}:{merged}",
    }
